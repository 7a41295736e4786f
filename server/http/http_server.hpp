// The HTTP server as a service: listens, spreads connections over its network threads, stops
// gracefully. Knows the application through its interface alone. Thread-safe.
#pragma once

#include "base/service.hpp"
#include "server/http/application.hpp"
#include "server/http/limits.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace bgerp::http {

struct HttpServerOptions {
    std::string listen = "127.0.0.1"; // an address, not a name
    std::uint16_t port = 0;           // 0: any free one
    std::string tls_cert_file;        // PEM; empty: plain HTTP
    std::string tls_key_file;
    std::size_t network_threads = 1;
    std::size_t blocking_threads = 8;
    std::size_t blocking_queue_max = 256;
    Limits limits;
};

/// What /metrics shows of the core.
struct HttpServerStats {
    std::size_t connections = 0;      // open at this moment
    std::uint64_t accepted = 0;       // since the start
    std::uint64_t refused = 0;        // because there were too many
    std::size_t blocking_running = 0; // requests on a blocking thread
    std::size_t blocking_waiting = 0; // requests in the queue before it
};

class HttpServer final : public Service {
public:
    /// `application` must outlive the server. Throws Failure when the certificate can't be used.
    HttpServer(HttpServerOptions options, Application& application);
    ~HttpServer() override;

    /// Binds and begins to accept. Throws Failure when the address can't be had.
    void start() override;

    /// Stops accepting, ends idle connections, gives requests under way the grace, then cuts them.
    void stop() override;

    /// The port it listens on, after start().
    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] HttpServerStats stats() const;

private:
    struct Impl;

    std::unique_ptr<Impl> impl_;
};

} // namespace bgerp::http
