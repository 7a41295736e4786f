// A thread with an event loop of its own and the sessions that live on it: a connection never
// changes threads, so its sessions need no locks. Made and stopped by HttpServer.
#pragma once

#include "server/http/session.hpp"

#include <functional>
#include <memory>
#include <thread>
#include <unordered_set>

namespace bgerp::http {

class NetworkThread {
public:
    /// `on_session_end` is called on this thread whenever a session is gone.
    NetworkThread(SessionShared& shared, std::function<void()> on_session_end);
    NetworkThread(const NetworkThread&) = delete;
    NetworkThread& operator=(const NetworkThread&) = delete;
    ~NetworkThread();

    [[nodiscard]] asio::io_context& context() { return context_; }

    void start();

    /// Takes a connection whose socket was made for context(). From any thread.
    void adopt(Tcp::socket socket);

    /// Ends idle sessions now and the others after their request. From any thread.
    void drain();

    /// Cuts all connections. From any thread.
    void cut();

    /// Waits for the loop, which ends once the last session and operation are gone.
    void join();

private:
    void begin_session(Tcp::socket socket);

    SessionShared& shared_;
    std::function<void()> on_session_end_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::unordered_set<std::shared_ptr<Session>> sessions_;
    std::thread thread_;
};

} // namespace bgerp::http
