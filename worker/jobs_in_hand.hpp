// All jobs this worker holds a lease on. The reserver adds, whoever wrote a job's end removes, the
// lease renewer and the shutdown look through them. Batches at a time, because at tens of
// thousands of jobs a second one lock per job would be felt. Thread-safe; never blocks on more
// than its own lock.
#pragma once

#include "worker/held_job.hpp"

#include <mutex>
#include <unordered_map>
#include <vector>

namespace bgerp::worker {

class JobsInHand {
public:
    void add(const std::vector<HeldJobPtr>& jobs);

    /// Unknown ones are ignored.
    void remove(const std::vector<HeldJobPtr>& jobs);
    void remove(const HeldJobPtr& job);

    [[nodiscard]] std::vector<HeldJobPtr> all() const;
    [[nodiscard]] std::size_t count() const;

    /// When a job was last added or removed.
    [[nodiscard]] HeldJob::Time last_change() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<const HeldJob*, HeldJobPtr> jobs_;
    HeldJob::Time last_change_ = std::chrono::steady_clock::now();
};

} // namespace bgerp::worker
