// How many jobs to reserve beyond the free slots. Short jobs are worth a stock, because a claim of
// a thousand costs little more than a claim of one; of long ones a stock would only keep other
// workers and other tenants waiting. So the stock is what the slots get through in a short horizon
// at the speed measured so far, and nothing as long as no speed was measured. Pure code.
#pragma once

#include <cstddef>
#include <optional>

namespace bgerp::worker {

struct PrefetchRules {
    std::size_t slots = 4;
    std::size_t prefetch_max = 1000;
    double horizon_ms = 25; // what a job of another tenant may have to wait for the stock
};

/// Jobs to hold in stock at `job_ms` per job; 0 when unknown, or when the stock would be smaller
/// than one job a slot.
[[nodiscard]] std::size_t stock_of(const PrefetchRules& rules, std::optional<double> job_ms);

/// A running estimate of a lane's milliseconds per job, quick to rise and slow to fall: a long job
/// in stock hurts more than a short one fetched singly.
class JobCost {
public:
    /// `jobs` jobs took `total_ms` together.
    void learn(double total_ms, std::size_t jobs);

    [[nodiscard]] std::optional<double> job_ms() const { return job_ms_; }

private:
    std::optional<double> job_ms_;
};

} // namespace bgerp::worker
