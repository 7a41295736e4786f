#include "worker/prefetch.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr double rise = 0.5;
constexpr double fall = 0.2;
constexpr double job_ms_min = 0.001; // below the clock's own cost; keeps the division sane

} // namespace

std::size_t stock_of(const PrefetchRules& rules, std::optional<double> job_ms) {
    if (!job_ms) {
        return 0;
    }
    const double per_job = std::max(*job_ms, job_ms_min);
    const double jobs = rules.horizon_ms * static_cast<double>(rules.slots) / per_job;
    if (jobs < static_cast<double>(rules.slots)) {
        return 0;
    }
    return std::min(static_cast<std::size_t>(jobs), rules.prefetch_max);
}

void JobCost::learn(double total_ms, std::size_t jobs) {
    if (jobs == 0) {
        return;
    }
    const double measured = total_ms / static_cast<double>(jobs);
    if (!job_ms_) {
        job_ms_ = measured;
        return;
    }
    const double weight = measured > *job_ms_ ? rise : fall;
    *job_ms_ += weight * (measured - *job_ms_);
}

} // namespace bgerp::worker
