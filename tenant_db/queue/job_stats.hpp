// What a tenant's queues have done lately: jobs begun and ended, how long they waited and ran, by
// minute, queue and kind, in the table job_stat. Workers add what they counted every few seconds,
// command line, API and alerts read sums over minutes. The minute is the database's at the moment
// of adding. What a worker counted and hadn't added when it died is lost; nothing is counted twice.
// Blocking.
#pragma once

#include "base/json.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"
#include "tenant_db/queue/time_histogram.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace bgerp::queue {

struct JobCounts {
    std::uint64_t started = 0;   // attempts whose handler began
    std::uint64_t completed = 0; // jobs
    std::uint64_t failed = 0;    // jobs, for good
    std::uint64_t retried = 0;   // attempts that failed and weren't the last
    std::uint64_t cancelled = 0; // jobs
    TimeHistogram wait;          // from being available to being begun
    TimeHistogram run;           // of handlers

    void add(const JobCounts& other);

    /// Of the attempts that ended, those that failed; 0 of none.
    [[nodiscard]] double failure_rate() const;
};

struct JobStat {
    std::string queue;
    std::string kind; // empty: all, or what couldn't be told
    JobCounts counts;
};

/// (queue, kind) pairs that one worker keeps apart for a tenant; what is beyond is counted under an
/// empty queue and kind.
inline constexpr std::size_t stats_kept_apart_max = 200;

/// Adds to the minute that it is, in one transaction. Not to be repeated when its outcome is
/// unknown.
void add_stats(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<JobStat>& stats
);

struct StatQuery {
    std::chrono::minutes last{60}; // full minutes, and the one under way
    bool by_kind = false;
    std::string queue; // empty: all
};

struct StatSums {
    std::chrono::seconds covered{0}; // what `last` came to
    std::vector<JobStat> stats;      // by queue and kind
};

/// Sums over the last minutes. A scan of these minutes' rows along PRIMARY; locks nothing.
[[nodiscard]] StatSums
read_stats(mysql::Session& session, const QueueSchema& schema, const StatQuery& query);

/// {"seconds","started","completed","failed","retried","cancelled","per_min","failure_rate",
/// "wait_ms":{"avg","p50","p95","p99","max"},"run_ms":{…}}, as docs/queue-operate.md says.
[[nodiscard]] Json counts_to_json(const JobCounts& counts, std::chrono::seconds covered);

/// Removes minutes older than `hours`. Returns how many rows.
std::size_t
prune_stats(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours);

} // namespace bgerp::queue
