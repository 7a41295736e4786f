#include "tests/api/tls_client.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace bgerp::testing {

namespace {

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* pointer) const { release(pointer); }
};

using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX, SSL_CTX_free>>;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

using File = std::unique_ptr<std::FILE, CloseFile>;

} // namespace

void make_certificate(const std::string& cert_file, const std::string& key_file) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const std::string host = "localhost";
    X509_NAME_add_entry_by_txt(
        name,
        "CN",
        MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(host.data()),
        static_cast<int>(host.size()),
        -1,
        0
    );
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const File cert(std::fopen(cert_file.c_str(), "w"));
    const File secret(std::fopen(key_file.c_str(), "w"));
    PEM_write_X509(cert.get(), certificate.get());
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

struct TlsClient::Impl {
    Context context{SSL_CTX_new(TLS_client_method())};
    BIO* bio = nullptr;
};

TlsClient::TlsClient(std::uint16_t port, const std::string& trusted_cert_file, int version_max)
    : impl_(new Impl) {
    SSL_CTX_set_verify(impl_->context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_locations(impl_->context.get(), trusted_cert_file.c_str(), nullptr);
    if (version_max != 0) {
        SSL_CTX_set_min_proto_version(impl_->context.get(), version_max);
        SSL_CTX_set_max_proto_version(impl_->context.get(), version_max);
        SSL_CTX_set_security_level(impl_->context.get(), 0);
    }
    impl_->bio = BIO_new_ssl_connect(impl_->context.get());
    BIO_set_conn_hostname(impl_->bio, ("127.0.0.1:" + std::to_string(port)).c_str());
    if (BIO_do_connect(impl_->bio) != 1 || BIO_do_handshake(impl_->bio) != 1) {
        BIO_free_all(impl_->bio);
        delete impl_;
        throw std::runtime_error("the TLS handshake failed");
    }
}

TlsClient::~TlsClient() {
    BIO_free_all(impl_->bio);
    delete impl_;
}

std::string TlsClient::ask(std::string_view bytes, std::string_view end) {
    if (!bytes.empty()) {
        BIO_write(impl_->bio, bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string answer;
    std::array<char, 4096> piece{};
    while (answer.find(end) == std::string::npos) {
        const int got = BIO_read(impl_->bio, piece.data(), static_cast<int>(piece.size()));
        if (got <= 0) {
            break;
        }
        answer.append(piece.data(), static_cast<std::size_t>(got));
    }
    return answer;
}

} // namespace bgerp::testing
