#include "server/http/tls.hpp"

#include "base/error.hpp"
#include "server/http/asio.hpp"

#include <boost/asio/ssl/context.hpp>

namespace bgerp::http {

std::shared_ptr<asio::ssl::context>
make_tls_context(const std::string& cert_file, const std::string& key_file) {
    using Context = asio::ssl::context;
    auto context = std::make_shared<Context>(Context::tls_server);
    try {
        context->set_options(
            Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 |
            Context::no_tlsv1 | Context::no_tlsv1_1 | Context::no_compression
        );
        context->use_certificate_chain_file(cert_file);
        context->use_private_key_file(key_file, Context::pem);
    } catch (const boost::system::system_error& error) {
        throw Failure(
            ErrorCode::invalid_argument,
            "the TLS certificate " + cert_file + " and its key can't be used",
            error.what()
        );
    }
    // A client that asks for new keys over and over costs more than it pays.
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
    return context;
}

} // namespace bgerp::http
