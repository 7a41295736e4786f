// The writes to job_run: what is remembered of tracked jobs. Each is part of the transaction that
// moves the job itself, so that state and row never disagree. Always after the job's own row is
// locked or gone: one order of locks. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

/// A tracked job that was just put into jobs (delay 0) or job_delayed.
struct NewRun {
    const NewJob* job = nullptr;
    std::string uuid;
    std::uint64_t job_id = 0;
    std::int64_t delay_s = 0;
    std::string ending; // job_ending.hpp; empty: nothing
};

void insert_runs(
    mysql::Session& session, const QueueSchema& schema, const std::vector<NewRun>& runs
);

/// A waiting job became another one: its record says what the new one is.
void run_replaced(mysql::Session& session, const QueueSchema& schema, const NewRun& run);

/// Reserved: running, one attempt more.
void runs_started(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// Given back without the attempt: available again.
void runs_released(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// Delayed jobs' time has come: available, as rows `job_ids` of jobs.
void runs_promoted(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    const std::vector<std::uint64_t>& job_ids
);

/// The job's row is now `job_id` of jobs (state available) or job_delayed (scheduled, retryable).
void run_moved(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::string_view state,
    std::uint64_t job_id,
    std::int64_t delay_s
);

/// Given back without the attempt into another queue: available there as row `job_id` of jobs.
void run_requeued(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& queue,
    std::uint64_t job_id
);

/// Ended: "completed", "failed" or "cancelled".
void runs_ended(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    std::string_view state
);

/// What follows these jobs has been made, or never will be.
void drop_endings(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// The key in jobs of a tracked job that is there, by what its history says; nothing for a uuid
/// that isn't tracked. No lock.
[[nodiscard]] std::optional<JobKey>
find_key(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

[[nodiscard]] bool
run_exists(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// A failed job was put back: available as row `job_id` of jobs, no attempt made, with this ending
/// (job_ending.hpp). Its history stays.
void run_restarted(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::uint64_t job_id,
    const std::string& ending
);

/// The JSON text that a completed job left.
void run_output(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& output
);

/// An attempt's error: kept as the last one and added to the history, whose oldest entries give
/// way beyond a hundred.
void run_error(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::int64_t attempt,
    const std::string& error
);

/// `text` as a utf8mb4 column takes it: cut to `bytes_max`, bytes that aren't UTF-8 as '?'.
[[nodiscard]] std::string storable(std::string_view text, std::size_t bytes_max);

/// Seconds a job may be delayed: what INT UNSIGNED columns hold until 2106, with room.
inline constexpr std::int64_t delay_s_max = 10LL * 366 * 24 * 3600;

} // namespace bgerp::queue
