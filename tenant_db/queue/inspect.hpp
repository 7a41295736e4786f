// What people ask of a queue: one job's state, statistics, and the failed jobs with their verbs.
// Blocking; reads run at READ COMMITTED and lock nothing.
#pragma once

#include "base/json.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

/// A job as the contract shows it (docs/contracts.md): {"uuid","kind","queue","priority","state",
/// "attempts","progress","output","error","created_at", …}, state one of scheduled, available,
/// running, retryable, completed, failed, cancelled; times as RFC 3339 in UTC.
/// not_found for a uuid that is neither tracked nor in failed_jobs.
[[nodiscard]] Result<Json>
show_job(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// Tracked jobs, newest first, optionally of one state, kind or queue, or with a tag.
struct JobFilter {
    std::string state;
    std::string kind;
    std::string queue;
    std::string tag;
    std::size_t limit = 50;
};

[[nodiscard]] std::vector<Json>
list_jobs(mysql::Session& session, const QueueSchema& schema, const JobFilter& filter);

/// Cancels: a waiting job is removed and recorded as cancelled; for a running one the wish is
/// noted and the worker tells the handler with the next renewal. conflict when it has ended.
/// Returns the state it is in now ("cancelled", or "running" when the wish was noted).
[[nodiscard]] Result<std::string> cancel_job(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
);

struct QueueStats {
    std::string queue;
    std::int64_t available = 0;
    std::int64_t scheduled = 0; // waiting for their time
    std::int64_t running = 0;
    std::int64_t blocked = 0;       // held back by a limit or a paused kind
    std::int64_t oldest_wait_s = 0; // of the available ones
};

[[nodiscard]] std::vector<QueueStats>
queue_stats(mysql::Session& session, const QueueSchema& schema);

/// {"queue","available","scheduled","running","blocked","oldest_wait_s"}
[[nodiscard]] Json stats_to_json(const QueueStats& stats);

/// Removes all waiting jobs of a queue (reserved ones stay); tracked ones end as cancelled. Works
/// in steps of bounded transactions. Returns how many.
std::size_t clear_queue(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& queue
);

/// Failed jobs: {"uuid","kind","queue","error","failed_at","payload"} newest first.
[[nodiscard]] std::vector<Json> list_failed(
    mysql::Session& session, const QueueSchema& schema, std::size_t limit, std::size_t offset = 0
);

[[nodiscard]] Result<Json>
show_failed(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// Puts a failed job (empty uuid: all, in bounded steps) back into its queue with attempts at 0.
/// not_found when there is none; conflict when another job has its unique key now (of all: it stays
/// where it is). Returns how many.
[[nodiscard]] Result<std::size_t> retry_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
);

[[nodiscard]] Result<void> forget_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
);

} // namespace bgerp::queue
