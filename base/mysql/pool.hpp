// A bounded set of connections to one endpoint, handed out one borrower at a time and taken back
// when the borrower's handle goes out of scope. Broken connections are dropped, ones that idled a
// while are asked for a sign of life before they are handed out. Thread-safe.
#pragma once

#include "base/deadline.hpp"
#include "base/mysql/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace bgerp::mysql {

class Pool {
public:
    /// A borrowed connection; gives it back when destroyed. Must not outlive the pool.
    class Handle {
    public:
        Handle(Pool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool)
            , connection_(std::move(connection)) {}

        Handle(Handle&&) = default;
        Handle& operator=(Handle&&) = delete;

        ~Handle() {
            if (connection_) {
                pool_->give_back(std::move(connection_));
            }
        }

        Connection& operator*() const { return *connection_; }

        Connection* operator->() const { return connection_.get(); }

    private:
        Pool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    Pool(Endpoint endpoint, std::size_t connections_max);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() = default;

    /// Waits for a free connection or makes one. Throws Failure(unavailable) when none is free
    /// before the deadline, DatabaseError when none can be made.
    [[nodiscard]] Handle acquire(Deadline deadline);

    /// Connections open at this moment, borrowed or idle.
    [[nodiscard]] std::size_t open_connections() const;

    /// True when nobody holds a connection.
    [[nodiscard]] bool idle() const;

private:
    struct Idle {
        std::unique_ptr<Connection> connection;
        std::chrono::steady_clock::time_point since;
    };

    void give_back(std::unique_ptr<Connection> connection);
    [[nodiscard]] std::unique_ptr<Connection> take_idle(std::unique_lock<std::mutex>& lock);

    const Endpoint endpoint_;
    const std::size_t connections_max_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<Idle> idle_;
    std::size_t open_ = 0; // idle and borrowed
};

} // namespace bgerp::mysql
