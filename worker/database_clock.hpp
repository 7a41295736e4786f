// What time the database thinks it is, between the moments at which it was asked: the queue's
// times (retry_until) are the database's, and this host's clock may be off. Discovery tells,
// executors read. Thread-safe.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>

namespace bgerp::worker {

class DatabaseClock {
public:
    explicit DatabaseClock(const Clock& clock)
        : clock_(clock) {}

    /// The database said that it is `now_s` (seconds since 1970).
    void observe(std::int64_t now_s) { offset_s_.store(now_s - host_now_s()); }

    [[nodiscard]] std::int64_t now_s() const { return host_now_s() + offset_s_.load(); }

    /// This host's own time.
    [[nodiscard]] std::chrono::system_clock::time_point host_now() const { return clock_.now(); }

private:
    [[nodiscard]] std::int64_t host_now_s() const {
        return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch())
            .count();
    }

    const Clock& clock_;
    std::atomic<std::int64_t> offset_s_{0};
};

} // namespace bgerp::worker
