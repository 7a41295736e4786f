#include "server/http/http_server.hpp"

#include "base/log.hpp"
#include "server/http/listener.hpp"
#include "server/http/network_thread.hpp"
#include "server/http/tls.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace bgerp::http {

namespace {

// Uploads and downloads wait for the disk here; two keep it busy.
constexpr std::size_t file_threads = 2;

} // namespace

struct HttpServer::Impl {
    Impl(HttpServerOptions wanted, Application& application)
        : options(std::move(wanted))
        , blocking(options.blocking_threads, options.blocking_queue_max)
        , files(file_threads, options.limits.connections_max) // a piece per connection: never full
        , tls(options.tls_cert_file.empty()
                  ? nullptr
                  : make_tls_context(options.tls_cert_file, options.tls_key_file))
        , shared{options.limits, application, blocking, files, tls.get()} {
        for (std::size_t i = 0; i < options.network_threads; ++i) {
            threads.push_back(std::make_unique<NetworkThread>(shared, [this] {
                connection_ended();
            }));
        }
    }

    void accepted(Tcp::socket socket, std::size_t thread) {
        threads[thread]->adopt(std::move(socket));
    }

    void connection_ended() {
        connections.fetch_sub(1, std::memory_order_relaxed);
        const std::lock_guard lock(mutex);
        ended.notify_all();
    }

    // True when all connections ended within `grace`.
    bool wait_for_end(std::chrono::milliseconds grace) {
        std::unique_lock lock(mutex);
        return ended.wait_for(lock, grace, [this] { return connections.load() == 0; });
    }

    HttpServerOptions options;
    BlockingPool blocking;
    BlockingPool files;
    std::shared_ptr<asio::ssl::context> tls;
    SessionShared shared;
    std::vector<std::unique_ptr<NetworkThread>> threads;
    std::atomic<std::size_t> connections{0};
    std::mutex mutex; // with `ended`
    std::condition_variable ended;
    std::unique_ptr<Listener> listener;
    std::mutex stop_mutex;
    bool started = false;
    bool stopped = false;
};

HttpServer::HttpServer(HttpServerOptions options, Application& application)
    : impl_(std::make_unique<Impl>(std::move(options), application)) {}

HttpServer::~HttpServer() {
    stop();
}

void HttpServer::start() {
    Impl& impl = *impl_;
    std::vector<asio::io_context*> contexts;
    for (const auto& thread : impl.threads) {
        contexts.push_back(&thread->context());
    }
    impl.listener = std::make_unique<Listener>(
        ListenerOptions{
            impl.options.listen,
            impl.options.port,
            impl.options.limits.connections_max,
            impl.tls != nullptr},
        std::move(contexts),
        impl.connections,
        [&impl](Tcp::socket socket, std::size_t thread) {
            impl.accepted(std::move(socket), thread);
        }
    );
    impl.started = true;
    for (const auto& thread : impl.threads) {
        thread->start();
    }
    impl.listener->start();
    log_info("listening", {{"address", impl.options.listen}, {"port", std::to_string(port())}});
}

void HttpServer::stop() {
    Impl& impl = *impl_;
    const std::lock_guard lock(impl.stop_mutex);
    if (!impl.started || impl.stopped) {
        return;
    }
    impl.stopped = true;
    impl.listener->stop();
    impl.shared.draining = true;
    for (const auto& thread : impl.threads) {
        thread->drain();
    }
    if (!impl.wait_for_end(impl.options.limits.shutdown_grace)) {
        log_warn("connections cut at shutdown", {{"open", std::to_string(impl.connections)}});
        for (const auto& thread : impl.threads) {
            thread->cut();
        }
    }
    for (const auto& thread : impl.threads) {
        thread->join();
    }
    impl.blocking.stop();
    impl.files.stop();
}

std::uint16_t HttpServer::port() const {
    return impl_->listener->port();
}

HttpServerStats HttpServer::stats() const {
    const Impl& impl = *impl_;
    HttpServerStats stats;
    stats.connections = impl.connections;
    stats.blocking_running = impl.blocking.running();
    stats.blocking_waiting = impl.blocking.waiting();
    if (impl.listener) {
        stats.accepted = impl.listener->accepted();
        stats.refused = impl.listener->refused();
    }
    return stats;
}

} // namespace bgerp::http
