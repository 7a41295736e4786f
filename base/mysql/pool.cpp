#include "base/mysql/pool.hpp"

namespace bgerp::mysql {

namespace {

// A connection idle for longer may have been closed by the server or a restart of it.
constexpr std::chrono::seconds trusted_idle{1};

} // namespace

Pool::Pool(Endpoint endpoint, std::size_t connections_max)
    : endpoint_(std::move(endpoint))
    , connections_max_(connections_max) {}

Pool::Handle Pool::acquire(Deadline deadline) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (auto connection = take_idle(lock)) {
            return {*this, std::move(connection)};
        }
        if (open_ < connections_max_) {
            ++open_;
            break;
        }
        if (freed_.wait_until(lock, deadline.at()) == std::cv_status::timeout) {
            throw Failure(
                ErrorCode::unavailable,
                "no database connection became free in time",
                "all " + std::to_string(connections_max_) + " connections of the pool are in use"
            );
        }
    }
    lock.unlock();
    try {
        return {*this, std::make_unique<Connection>(endpoint_)};
    } catch (...) { // whatever it was, the place it took must be given back
        lock.lock();
        --open_;
        freed_.notify_one();
        throw;
    }
}

std::unique_ptr<Connection> Pool::take_idle(std::unique_lock<std::mutex>& lock) {
    while (!idle_.empty()) {
        Idle candidate = std::move(idle_.back()); // the most recently used: the rest can age out
        idle_.pop_back();
        if (std::chrono::steady_clock::now() - candidate.since < trusted_idle) {
            return std::move(candidate.connection);
        }
        lock.unlock();
        const bool alive = candidate.connection->ping();
        if (!alive) {
            candidate.connection.reset();
        }
        lock.lock();
        if (alive) {
            return std::move(candidate.connection);
        }
        --open_;
    }
    return nullptr;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    const bool keep = !connection->broken();
    if (!keep) {
        connection.reset(); // closing talks to the network: not under the lock
    }
    const std::lock_guard lock(mutex_);
    if (keep) {
        idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
    } else {
        --open_;
    }
    freed_.notify_one();
}

std::size_t Pool::open_connections() const {
    const std::lock_guard lock(mutex_);
    return open_;
}

bool Pool::idle() const {
    const std::lock_guard lock(mutex_);
    return open_ == idle_.size();
}

} // namespace bgerp::mysql
