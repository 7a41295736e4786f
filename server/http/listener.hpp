// Accepts connections on the first network thread and deals them out to all of them in turn. Those
// above the limit get 503 with Retry-After (without TLS) and are closed. Used by HttpServer.
#pragma once

#include "server/http/asio.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bgerp::http {

struct ListenerOptions {
    std::string address;
    std::uint16_t port = 0;
    std::size_t connections_max = 0;
    bool tls = false; // then a plain 503 would make no sense to the client
};

class Listener {
public:
    /// Gets each socket with the index of the context it was made for.
    using OnAccept = std::function<void(Tcp::socket, std::size_t)>;

    /// Binds and listens. Throws Failure(unavailable) when the address can't be had.
    /// `connections` counts the open ones: raised here, lowered by whoever ends them.
    Listener(
        ListenerOptions options,
        std::vector<asio::io_context*> contexts,
        std::atomic<std::size_t>& connections,
        OnAccept on_accept
    );
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();

    /// From any thread; accepting ends soon after.
    void stop();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }

    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    asio::awaitable<void> accept_all();
    asio::awaitable<void> refuse(Tcp::socket socket);
    void take(Tcp::socket socket, std::size_t index);
    asio::awaitable<void> pause();

    const ListenerOptions options_;
    std::vector<asio::io_context*> contexts_;
    std::atomic<std::size_t>& connections_;
    OnAccept on_accept_;
    Tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::uint16_t port_ = 0;
    std::size_t refusals_open_ = 0;
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<std::uint64_t> refused_{0};
};

} // namespace bgerp::http
