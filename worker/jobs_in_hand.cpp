#include "worker/jobs_in_hand.hpp"

namespace bgerp::worker {

void JobsInHand::add(const std::vector<HeldJobPtr>& jobs) {
    if (jobs.empty()) {
        return; // no change: whoever waits for quiet isn't put off
    }
    const std::lock_guard lock(mutex_);
    for (const HeldJobPtr& job : jobs) {
        jobs_.emplace(job.get(), job);
    }
    last_change_ = std::chrono::steady_clock::now();
}

void JobsInHand::remove(const std::vector<HeldJobPtr>& jobs) {
    if (jobs.empty()) {
        return; // as above
    }
    const std::lock_guard lock(mutex_);
    for (const HeldJobPtr& job : jobs) {
        jobs_.erase(job.get());
    }
    last_change_ = std::chrono::steady_clock::now();
}

void JobsInHand::remove(const HeldJobPtr& job) {
    const std::lock_guard lock(mutex_);
    jobs_.erase(job.get());
    last_change_ = std::chrono::steady_clock::now();
}

HeldJob::Time JobsInHand::last_change() const {
    const std::lock_guard lock(mutex_);
    return last_change_;
}

std::vector<HeldJobPtr> JobsInHand::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<HeldJobPtr> jobs;
    jobs.reserve(jobs_.size());
    for (const auto& entry : jobs_) {
        jobs.push_back(entry.second);
    }
    return jobs;
}

std::size_t JobsInHand::count() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

} // namespace bgerp::worker
