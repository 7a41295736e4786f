// One client's connection: request after request until either side has had enough. A coroutine on
// one network thread; whatever blocks goes through the blocking pools. Owned by its NetworkThread.
#pragma once

#include "server/blocking_pool.hpp"
#include "server/http/application.hpp"
#include "server/http/wire.hpp"

#include <atomic>

namespace bgerp::http {

/// What all sessions of a server share.
struct SessionShared {
    const Limits& limits;
    Application& application;
    BlockingPool& blocking;  // admit() and handle()
    BlockingPool& files;     // pieces of uploads and downloads
    asio::ssl::context* tls; // null: plain HTTP
    std::atomic<bool> draining{false};
};

class Session {
public:
    Session(Tcp::socket socket, SessionShared& shared)
        : shared_(shared)
        , wire_(std::move(socket), shared.limits, shared.tls) {}

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Serves until the connection ends. Never throws.
    asio::awaitable<void> run();

    /// Cuts the connection if no request is under way; one that is, is the last.
    void drain();

    void cut() { wire_.close(); }

private:
    asio::awaitable<void> serve_all();
    asio::awaitable<bool> serve(Request& request);
    asio::awaitable<Response> respond(Request& request, Plan& plan);
    asio::awaitable<Response> respond_streamed(Request& request);
    asio::awaitable<Wire::Read> receive_stream(Request& request, Problem& problem);
    asio::awaitable<Response> handle_blocking(Request& request);
    asio::awaitable<bool> send(const Request& request, const Response& response, bool keep_alive);
    asio::awaitable<bool> send_file(const FileBody& body);

    SessionShared& shared_;
    Wire wire_;
    bool busy_ = false;   // a request is under way
    bool broken_ = false; // the client is gone: no answer can be sent
    bool unread_ = false; // bytes of a refused request may still come
};

} // namespace bgerp::http
