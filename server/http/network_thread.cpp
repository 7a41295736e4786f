#include "server/http/network_thread.hpp"

namespace bgerp::http {

NetworkThread::NetworkThread(SessionShared& shared, std::function<void()> on_session_end)
    : shared_(shared)
    , on_session_end_(std::move(on_session_end))
    , guard_(asio::make_work_guard(context_)) {}

NetworkThread::~NetworkThread() {
    join();
}

void NetworkThread::start() {
    thread_ = std::thread([this] { context_.run(); });
}

void NetworkThread::adopt(Tcp::socket socket) {
    auto moved = std::make_shared<Tcp::socket>(std::move(socket));
    asio::post(context_, [this, moved] { begin_session(std::move(*moved)); });
}

void NetworkThread::begin_session(Tcp::socket socket) {
    const auto session = std::make_shared<Session>(std::move(socket), shared_);
    sessions_.insert(session);
    auto ended = [this, session](const std::exception_ptr&) {
        sessions_.erase(session);
        on_session_end_();
    };
    asio::co_spawn(context_, session->run(), std::move(ended));
}

void NetworkThread::drain() {
    asio::post(context_, [this] {
        for (const auto& session : sessions_) {
            session->drain();
        }
    });
}

void NetworkThread::cut() {
    asio::post(context_, [this] {
        for (const auto& session : sessions_) {
            session->cut();
        }
    });
}

void NetworkThread::join() {
    guard_.reset();
    if (thread_.joinable()) {
        thread_.join();
    }
}

} // namespace bgerp::http
