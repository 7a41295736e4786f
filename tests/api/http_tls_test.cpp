// The HTTP core speaking TLS.
#include "tests/api/http_core_fixture.hpp"
#include "tests/api/tls_client.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <fstream>

namespace bgerp::http {
namespace {

using bgerp::testing::make_certificate;
using bgerp::testing::RawClient;
using bgerp::testing::TlsClient;
using ::testing::EndsWith;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class HttpTls : public HttpCore {
protected:
    HttpTls() {
        make_certificate(cert_, key_);
        options_.tls_cert_file = cert_;
        options_.tls_key_file = key_;
    }

    const std::string cert_ = application_.upload_dir + "/cert.pem";
    const std::string key_ = application_.upload_dir + "/key.pem";
};

TEST_F(HttpTls, ServesRequestAfterRequest) {
    TlsClient client(start(), cert_);
    for (const std::string text : {"one", "two"}) {
        const std::string answer = client.ask(post("/work", text), "\r\n\r\n" + text);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(answer, EndsWith("\r\n\r\n" + text));
    }
}

TEST_F(HttpTls, SendsFilesWhole) {
    application_.download = application_.upload_dir + "/report.csv";
    const std::string content = std::string(2 * piece_bytes, 'x') + "the end";
    std::ofstream(application_.download) << content;
    TlsClient client(start(), cert_);
    EXPECT_THAT(client.ask(get("/file"), "the end"), EndsWith(content));
}

TEST_F(HttpTls, OldVersionsAndPlainTextAreCutOff) {
    options_.limits.request_time = 300ms;
    const std::uint16_t port = start();
    EXPECT_THROW(TlsClient(port, cert_, TLS1_1_VERSION), std::runtime_error);
    RawClient plain(port);
    EXPECT_TRUE(plain.send(get("/echo")));
    EXPECT_TRUE(plain.closed_by_server());
    RawClient silent(port);
    EXPECT_TRUE(silent.closed_by_server());
    const auto serves = [&] { // a handshake that the machine holds up is cut off too
        try {
            return TlsClient(port, cert_).ask(post("/echo", "ok"), "ok").ends_with("ok");
        } catch (const std::runtime_error&) {
            return false;
        }
    };
    EXPECT_TRUE(testing_support::eventually(serves));
}

TEST_F(HttpTls, ShutdownEndsIdleConnections) {
    TlsClient client(start(), cert_);
    EXPECT_THAT(client.ask(post("/echo", "ok"), "ok"), EndsWith("ok"));
    server_->stop();
    EXPECT_EQ(client.ask("", "never"), "") << "ended in order";
}

TEST_F(HttpTls, ACertificateThatCannotBeUsedIsAnErrorAtStart) {
    std::ofstream(cert_) << "no certificate";
    EXPECT_THROW(start(), Failure);
}

} // namespace
} // namespace bgerp::http
