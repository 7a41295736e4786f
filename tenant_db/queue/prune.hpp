// How long what has ended is kept, and its removal: the history of tracked jobs (job_run), failed
// jobs (failed_jobs), batches, workflows. Housekeeping of the scheduler does it all the time,
// people by hand. In transactions of at most 500 rows, each found along an index, so that nobody
// waits for it; what a step removed stays removed when a later one fails. Blocking; throws Failure.
#pragma once

#include "base/config.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/schema.hpp"

#include <chrono>
#include <optional>

namespace bgerp::queue {

struct Retention {
    /// The same for everything but failed jobs, which are kept.
    explicit Retention(std::chrono::seconds all)
        : completed(all)
        , cancelled(all)
        , failed(all)
        , other(all) {}

    std::chrono::seconds completed; // history of jobs that ended so
    std::chrono::seconds cancelled;
    std::chrono::seconds failed;
    std::chrono::seconds other; // batches, workflows, what is left of failed jobs' steps

    /// Failed jobs themselves, which can be retried as long as they are there; nothing: for ever.
    std::optional<std::chrono::seconds> failed_jobs;

    [[nodiscard]] std::chrono::seconds of(JobOutcome outcome) const;
};

/// What the configuration says: finished_keep_h where a state has no time of its own.
[[nodiscard]] Retention retention_of(const QueueConfig& config);

/// Removes all that is older than it is kept, and unique keys whose period is over. Returns how
/// many runs, failed jobs, batches and workflows.
std::size_t prune_finished(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const Retention& retention
);

/// Removes the history of tracked jobs that ended like this at least `age` ago. Failed jobs stay
/// among the failed ones, to be retried. Returns how many. When the deadline passes, what is left
/// is for another call: more than these may be old enough.
std::size_t prune_runs(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    JobOutcome outcome,
    std::chrono::seconds age
);

/// Removes failed jobs that failed at least `age` ago (0: all), with what they had done of their
/// steps. Returns how many, and ends early as above.
std::size_t flush_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::chrono::seconds age
);

} // namespace bgerp::queue
