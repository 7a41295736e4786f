// Counting attempts of one tenant before they are added to job_stat: by queue and kind, in memory.
// Used by whoever runs jobs: our own worker (worker/attempt_stats), and the server for remote ones.
// Pure; the cells belong to whoever locks them.
#pragma once

#include "tenant_db/queue/decide.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_stats.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgerp::queue {

using StatKey = std::pair<std::string, std::string>; // queue, kind
using StatCells = std::map<StatKey, JobCounts>;

/// How long a job waited from being available to now. The row has whole seconds; of a first attempt
/// at a job without a delay its uuid (version 7) tells the milliseconds, where the clocks that made
/// uuid and row agree. Never negative.
[[nodiscard]] std::chrono::microseconds waited(
    const ReservedJob& job,
    std::string_view uuid,
    std::int64_t database_now_s,
    std::chrono::system_clock::time_point host_now
);

/// The place of a queue and kind, made if need be: at most stats_kept_apart_max of them, what is
/// beyond goes to that of an empty queue and kind.
[[nodiscard]] JobCounts& stat_cell(StatCells& cells, const StatKey& key);

/// Which number an attempt's end is counted in; null for one that isn't counted: given back, left
/// or lost.
[[nodiscard]] std::uint64_t JobCounts::*number_of(Verdict verdict);

/// An attempt ended; `ran` is what it took, if it began.
void count_end(
    StatCells& cells,
    const StatKey& key,
    Verdict verdict,
    std::optional<std::chrono::microseconds> ran
);

/// Adds the cells of `more` to `cells`.
void add_cells(StatCells& cells, const StatCells& more);

[[nodiscard]] std::vector<JobStat> stat_list(const StatCells& cells);

} // namespace bgerp::queue
