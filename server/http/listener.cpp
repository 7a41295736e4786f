#include "server/http/listener.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "server/http/limits.hpp"
#include "server/http/problem.hpp"
#include "server/http/request_id.hpp"
#include "server/http/response_head.hpp"
#include "server/http/wire.hpp"

namespace bgerp::http {

namespace {

// Refusing politely costs a socket for a moment; beyond this many it is done without a word.
constexpr std::size_t refusals_open_max = 64;
// When the process is out of descriptors, accepting at once again would spin.
constexpr std::chrono::milliseconds accept_pause{100};

// A refused client has this long to take its answer.
Limits refusal_limits() {
    Limits limits;
    limits.idle_time = std::chrono::seconds(1);
    return limits;
}

std::string refusal_text() {
    const std::string id = request_id_from({});
    const Response response = problem_response(
        {503, "too_many_connections", "too many connections are open; try again", {}},
        id
    );
    return response_head(response, id, http_date(std::time(nullptr)), false) +
           std::get<std::string>(response.body);
}

} // namespace

Listener::Listener(
    ListenerOptions options,
    std::vector<asio::io_context*> contexts,
    std::atomic<std::size_t>& connections,
    OnAccept on_accept
)
    : options_(std::move(options))
    , contexts_(std::move(contexts))
    , connections_(connections)
    , on_accept_(std::move(on_accept))
    , acceptor_(*contexts_.front())
    , pause_(*contexts_.front()) {
    try {
        const Tcp::endpoint endpoint(asio::ip::make_address(options_.address), options_.port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(Tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
        port_ = acceptor_.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
        throw Failure(
            ErrorCode::unavailable,
            "can't listen on " + options_.address + " port " + std::to_string(options_.port),
            error.what()
        );
    }
}

void Listener::start() {
    asio::co_spawn(*contexts_.front(), accept_all(), [](const std::exception_ptr& error) {
        if (error) {
            log_error("the listener ended by an exception");
        }
    });
}

void Listener::stop() {
    asio::post(*contexts_.front(), [this] {
        ErrorCodeOfAsio ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    });
}

asio::awaitable<void> Listener::accept_all() {
    std::size_t next = 0;
    while (acceptor_.is_open()) {
        Tcp::socket socket(*contexts_[next]);
        ErrorCodeOfAsio error;
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            take(std::move(socket), next);
            next = (next + 1) % contexts_.size();
        } else if (acceptor_.is_open()) {
            log_warn("accept failed", {{"error", error.message()}});
            co_await pause();
        }
    }
}

asio::awaitable<void> Listener::pause() {
    pause_.expires_after(accept_pause);
    ErrorCodeOfAsio ignored;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Listener::take(Tcp::socket socket, std::size_t index) {
    ErrorCodeOfAsio ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    if (connections_.load() < options_.connections_max) {
        accepted_.fetch_add(1, std::memory_order_relaxed);
        connections_.fetch_add(1, std::memory_order_relaxed);
        on_accept_(std::move(socket), index);
        return;
    }
    refused_.fetch_add(1, std::memory_order_relaxed);
    if (!options_.tls && refusals_open_ < refusals_open_max) {
        ++refusals_open_;
        asio::co_spawn(
            *contexts_.front(),
            refuse(std::move(socket)),
            [this](const std::exception_ptr&) { --refusals_open_; }
        );
    }
}

asio::awaitable<void> Listener::refuse(Tcp::socket socket) {
    static const Limits limits = refusal_limits();
    // The socket may belong to another thread's loop; this one must not wait on that.
    const auto protocol = socket.local_endpoint().protocol();
    Tcp::socket own(*contexts_.front(), protocol, socket.release());
    Wire wire(std::move(own), limits);
    const std::string text = refusal_text();
    if (co_await wire.write(text)) {
        co_await wire.linger();
    }
    wire.close();
}

} // namespace bgerp::http
