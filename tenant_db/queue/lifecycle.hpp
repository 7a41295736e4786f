// The verbs that move a job once a worker asks for it: reserve, renew, complete, retry, fail,
// release. A reservation is a lease measured by the database's clock: a row reserved longer ago
// than the lease, without renewal, may be reserved by anyone. Every write is fenced by owner and
// attempts, so that a holder who lost the lease changes nothing. Claims walk the clustered key
// (queue, priority, id) from a cursor at READ COMMITTED with SKIP LOCKED; no secondary index is
// touched (docs/adr/0001). All functions block and may be run again safely after an unknown
// outcome: the fence tells.
#pragma once

#include "base/mysql/pool.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bgerp::queue {

struct LeaseRules {
    std::int64_t lease_s = 15;
    std::int64_t retry_after_s = 90; // for rows reserved without an owner (Laravel's own worker)
};

/// Where a claimer stopped in one queue. Start with a fresh one; reserve() moves it on and rewinds
/// it when it reaches the end. The worker resets it now and then, because jobs of smaller key (late
/// commits, higher priority, expired leases) appear behind it.
struct ClaimCursor {
    bool at_start = true;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
};

/// For somebody in a hurry: called with what a claim took before its commit, when the rows are
/// locked: whoever wants to end such a job before the commit is through waits for it. Of tracked
/// jobs it is called when all is written, of others before (docs/adr/0003).
using OnClaimed = std::function<void(const std::vector<ReservedJob>&)>;

/// Reserves up to `limit` available jobs of `queue`, expired leases included, in key order, for
/// `owner`, in one transaction: sets reserved_at, reserved_by, increments attempts (and, for an
/// expired lease, rescues) and marks tracked ones running. Empty when there is nothing. Calls
/// `on_claimed` once at most; when reserve() throws after that call, nothing was reserved, as far
/// as is known, and the jobs are lost.
[[nodiscard]] std::vector<ReservedJob> reserve(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& queue,
    std::size_t limit,
    std::uint64_t owner,
    const LeaseRules& rules,
    ClaimCursor& cursor,
    const OnClaimed& on_claimed = {}
);

/// Whether there is a job in `queue` that reserve() could take; one that another claim is just
/// taking may count. What the sweep finds (probe.hpp) may be in the hands of Laravel's worker.
[[nodiscard]] bool has_reservable(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& queue,
    const LeaseRules& rules
);

/// Reserves one waiting tracked job for `owner` in the caller's transaction, which may be the one
/// that made it: then nobody else ever sees it waiting. conflict when it doesn't wait in jobs (it
/// is delayed, running or over), not_found when there is none.
[[nodiscard]] Result<ReservedJob> reserve_one(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::string& uuid,
    std::uint64_t owner
);

/// Moves the leases of `jobs` forward. Returns the indexes (into `jobs`) of those that are lost,
/// and in `cancel` those whose cancelling was asked for. Doesn't wait for a job whose handler has a
/// transaction open over its row: nobody else can reserve it meanwhile.
struct RenewOutcome {
    std::vector<std::size_t> lost;
    std::vector<std::size_t> cancel;
};

[[nodiscard]] RenewOutcome renew_leases(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<const ReservedJob*>& jobs
);

/// A finished job as the completer writes it.
struct Completion {
    const ReservedJob* job = nullptr;
    std::string uuid;     // of tracked and batch jobs
    std::string batch_id; // empty: none
    std::string output;   // JSON text, kept for tracked jobs
};

/// Deletes the jobs that are still the holder's and records their end (job_run, job_batch_pending),
/// in one transaction. Returns how many were not the holder's any more. At-least-once.
std::size_t complete_many_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<Completion>& completions
);

/// The same for one job inside the handler's own transaction: its writes and the job's end commit
/// together. lease_lost (and the caller must roll back) when the job isn't the holder's any more.
[[nodiscard]] Result<void> complete_if_mine(
    mysql::Transaction& transaction, const QueueSchema& schema, const Completion& completion
);

/// The row that a holder has, as reserve() gave it, for one who kept no more than key and fence, or
/// of a tracked job no more than uuid and fence. lease_lost when the row isn't the holder's any
/// more, not_found for a uuid that isn't tracked. Locks nothing: the verbs below look again.
[[nodiscard]] Result<ReservedJob> find_if_mine(
    mysql::Session& session, const QueueSchema& schema, const JobKey& key, const Fence& fence
);
[[nodiscard]] Result<ReservedJob> find_if_mine(
    mysql::Session& session, const QueueSchema& schema, const std::string& uuid, const Fence& fence
);

/// Proves inside a handler's transaction that the job is still the holder's, moves its lease
/// forward and sets its count of rescues back: a step that commits is progress. lease_lost
/// otherwise. Make it the last statement before the commit: the job's row stays locked from here
/// to there, and its lease starts now.
[[nodiscard]] Result<void> checkpoint_if_mine(
    mysql::Transaction& transaction, const QueueSchema& schema, const ReservedJob& job
);

/// An attempt that failed and is to be tried again after `delay_s` seconds: moves the row to
/// job_delayed (or back to available when 0) with its attempts kept and `payload` in place of the
/// old one; records the error in the history of a tracked job. lease_lost when not the holder's.
struct Retry {
    const ReservedJob* job = nullptr;
    std::string uuid;
    std::string payload;
    std::int64_t delay_s = 0;
    std::string error;
};

[[nodiscard]] Result<void>
retry_if_mine(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const Retry& retry);

/// The last failure: moves the row to failed_jobs with `exception` as its text, records the end of
/// a tracked or batch job. lease_lost when not the holder's. Works for payloads nobody can read.
struct JobFailure {
    const ReservedJob* job = nullptr;
    std::string uuid; // empty: a new one is made for failed_jobs
    std::string batch_id;
    std::string exception;
    bool cancelled = false; // a tracked job ends as cancelled and nothing goes to failed_jobs
};

[[nodiscard]] Result<void> fail_if_mine(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const JobFailure& failure
);

/// Gives jobs back without an attempt spent, available after `delay_s` (snooze) or at once
/// (shutdown, prefetched and not begun). Returns how many were still the holder's.
std::size_t release_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<const ReservedJob*>& jobs,
    std::int64_t delay_s = 0
);

/// Puts a job that the holder can't run into another queue, available at once and without the
/// attempt. lease_lost when not the holder's.
[[nodiscard]] Result<void> move_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& queue
);

/// Moves up to `limit` due rows of job_delayed into jobs. Returns how many.
std::size_t
promote_due(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::size_t limit);

/// Where shunt_delayed stopped: rows of jobs are looked at once, in the order they were made.
struct ShuntCursor {
    std::uint64_t id = 0;
};

/// Moves waiting jobs whose time is more than a minute away (delayed by Laravel itself, which knows
/// no job_delayed) out of jobs, so that claims needn't step over them. Looks at no more than
/// `limit` rows beyond the cursor. Returns how many it looked at; 0 means that it is at the end,
/// and the cursor at the start again.
std::size_t shunt_delayed(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ShuntCursor& cursor
);

/// Progress of a running tracked job, 0–100 and a short message; fenced. Cheap, but a statement:
/// call it a few times a second at most.
[[nodiscard]] Result<void> report_progress(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    int percent,
    const std::string& message
);

} // namespace bgerp::queue
