// TLS for the listening port: the certificate and what is spoken. Built once at start; the sessions
// of all threads share it. Beside wire.cpp nobody needs more than the forward declaration.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace bgerp::http {

/// TLS 1.2 and above with this certificate chain and key (PEM files). Throws Failure when either
/// can't be read or they don't belong together.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context>
make_tls_context(const std::string& cert_file, const std::string& key_file);

} // namespace bgerp::http
