// A flag that can be waited on: how a service tells its threads to end, and how they sleep in the
// meantime. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace bgerp {

class StopSignal {
public:
    void raise() {
        {
            const std::lock_guard lock(mutex_);
            raised_ = true;
        }
        changed_.notify_all();
    }

    [[nodiscard]] bool raised() const {
        const std::lock_guard lock(mutex_);
        return raised_;
    }

    /// Sleeps; true, and at once, when the signal is or gets raised.
    bool wait_for(std::chrono::milliseconds duration) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, duration, [&] { return raised_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool raised_ = false;
};

} // namespace bgerp
