// A certificate made for a test, and a client that trusts it and nobody else. Blocking; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bgerp::testing {

/// Writes a self-signed certificate for "localhost" and its key as PEM files.
void make_certificate(const std::string& cert_file, const std::string& key_file);

class TlsClient {
public:
    /// Throws std::runtime_error when the handshake fails. `version_max` is OpenSSL's number of the
    /// highest version offered; 0: whatever there is.
    TlsClient(std::uint16_t port, const std::string& trusted_cert_file, int version_max = 0);
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient();

    /// Sends a request (nothing: none) and reads until `end` has come or the server closed.
    [[nodiscard]] std::string ask(std::string_view bytes, std::string_view end);

private:
    struct Impl;

    Impl* impl_;
};

} // namespace bgerp::testing
