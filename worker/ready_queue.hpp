// Reserved jobs that no slot has begun, first come first served. The slots take from it, the
// reserver fills it and waits here until there is room: a slot idles, or the stock fell below the
// mark. Notifies only those who wait, since at a high rate every wake-up costs more than the job.
// Thread-safe.
#pragma once

#include "worker/held_job.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace bgerp::worker {

class ReadyQueue {
public:
    /// In their order behind those that wait, or before all of them.
    void push(std::vector<HeldJobPtr> jobs, bool first = false);

    /// Blocks until there is a job; nothing once the queue is closed and empty.
    [[nodiscard]] HeldJobPtr take();

    /// Free slots beyond the jobs that wait already, plus what is missing from a stock of `stock`.
    [[nodiscard]] std::size_t room(std::size_t stock) const;

    /// Waits until room for a claim appears (an idle slot without a job, or fewer jobs waiting than
    /// half of `stock`), or for `timeout`. Returns at once when it is there.
    void wait_for_room(std::size_t stock, std::chrono::milliseconds timeout);

    /// Wakes wait_for_room for another reason.
    void nudge();

    /// Jobs that have waited since before `time`, taken out.
    [[nodiscard]] std::vector<HeldJobPtr> take_older_than(HeldJob::Time time);

    /// Takes out all that wait; take() returns nothing from now on.
    [[nodiscard]] std::vector<HeldJobPtr> close();

    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] bool has_room(std::size_t stock) const;

    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable drained_;
    std::deque<HeldJobPtr> jobs_;
    std::size_t idle_ = 0; // slots waiting in take()
    std::size_t low_mark_ = 0;
    bool waiting_ = false;
    bool nudged_ = false;
    bool closed_ = false;
};

} // namespace bgerp::worker
