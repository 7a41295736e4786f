// Holds a lease for as long as it lives: a thread of its own renews it three times per duration and
// releases it at the end. Whoever works under it asks `lost()` before each step. Thread-safe.
#pragma once

#include "base/mysql/pool.hpp"
#include "core_db/lease.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace bgerp::core_db {

class LeaseKeeper {
public:
    /// Waits for the lease until the deadline; nothing when somebody held it all the time. The
    /// pool must outlive the keeper. Throws mysql::DatabaseError.
    [[nodiscard]] static std::unique_ptr<LeaseKeeper> acquire(
        mysql::Pool& core,
        const std::string& name,
        std::chrono::milliseconds duration,
        Deadline deadline
    );

    LeaseKeeper(mysql::Pool& core, Lease lease, std::chrono::milliseconds duration);
    LeaseKeeper(const LeaseKeeper&) = delete;
    LeaseKeeper& operator=(const LeaseKeeper&) = delete;
    ~LeaseKeeper();

    [[nodiscard]] const Lease& lease() const { return lease_; }

    /// True once somebody else took it, or it may have run out because it couldn't be renewed.
    [[nodiscard]] bool lost() const;

private:
    void keep();
    void renew_once();

    mysql::Pool& core_;
    const Lease lease_;
    const std::chrono::milliseconds duration_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::atomic<bool> taken_ = false;
    std::atomic<std::chrono::steady_clock::time_point> safe_until_;
    std::thread thread_;
};

} // namespace bgerp::core_db
