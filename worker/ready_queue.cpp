#include "worker/ready_queue.hpp"

#include <algorithm>

namespace bgerp::worker {

void ReadyQueue::push(std::vector<HeldJobPtr> jobs, bool first) {
    std::size_t wake = 0;
    {
        const std::lock_guard lock(mutex_);
        wake = std::min(jobs.size(), idle_);
        jobs_.insert(
            first ? jobs_.begin() : jobs_.end(),
            std::make_move_iterator(jobs.begin()),
            std::make_move_iterator(jobs.end())
        );
    }
    for (; wake > 0; --wake) {
        filled_.notify_one();
    }
}

HeldJobPtr ReadyQueue::take() {
    std::unique_lock lock(mutex_);
    if (jobs_.empty() && !closed_) {
        ++idle_;
        if (waiting_) {
            drained_.notify_one();
        }
        filled_.wait(lock, [&] { return !jobs_.empty() || closed_; });
        --idle_;
    }
    if (jobs_.empty()) {
        return nullptr;
    }
    HeldJobPtr job = std::move(jobs_.front());
    jobs_.pop_front();
    if (waiting_ && jobs_.size() == low_mark_) {
        drained_.notify_one();
    }
    return job;
}

std::size_t ReadyQueue::room(std::size_t stock) const {
    const std::lock_guard lock(mutex_);
    const std::size_t wanted = idle_ + stock;
    return wanted > jobs_.size() ? wanted - jobs_.size() : 0;
}

bool ReadyQueue::has_room(std::size_t stock) const {
    return idle_ > jobs_.size() || (stock > 0 && jobs_.size() <= stock / 2);
}

void ReadyQueue::wait_for_room(std::size_t stock, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    low_mark_ = stock / 2;
    waiting_ = true;
    drained_.wait_for(lock, timeout, [&] { return nudged_ || closed_ || has_room(stock); });
    waiting_ = false;
    nudged_ = false;
}

void ReadyQueue::nudge() {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
    drained_.notify_one();
}

std::vector<HeldJobPtr> ReadyQueue::take_older_than(HeldJob::Time time) {
    const std::lock_guard lock(mutex_);
    const auto old = std::stable_partition(jobs_.begin(), jobs_.end(), [&](const HeldJobPtr& job) {
        return job->ready_since >= time;
    });
    std::vector<HeldJobPtr> taken(
        std::make_move_iterator(old),
        std::make_move_iterator(jobs_.end())
    );
    jobs_.erase(old, jobs_.end());
    return taken;
}

std::vector<HeldJobPtr> ReadyQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    std::vector<HeldJobPtr> left(
        std::make_move_iterator(jobs_.begin()),
        std::make_move_iterator(jobs_.end())
    );
    jobs_.clear();
    filled_.notify_all();
    drained_.notify_all();
    return left;
}

std::size_t ReadyQueue::size() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

} // namespace bgerp::worker
