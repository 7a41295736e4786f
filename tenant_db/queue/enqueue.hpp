// Putting jobs in, as part of the caller's transaction: the job exists if and only if the data it
// is about was committed. After commit the caller rings the doorbell (worker discovery finds the
// job within one sweep even if nobody does). Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

/// Limits and defaults that the configuration sets for new jobs.
struct EnqueueLimits {
    std::int64_t payload_bytes_max = std::int64_t{1024} * 1024;
};

/// What became of a job that was pushed.
struct Pushed {
    enum class How {
        added,    // it is new
        existing, // a job with its unique key is there; nothing was written
        replaced, // the waiting job with its key became this one
        follows,  // it is new, and begins when the running job with its key has ended
    };

    std::string uuid; // of the job that there is now
    How how = How::added;
};

/// "added", "existing", "replaced" or "follows".
[[nodiscard]] const char* how_name(Pushed::How how);

/// The rules that enqueue checks of a job before it writes anything. Pure.
[[nodiscard]] Result<void> check_job(const NewJob& job, const EnqueueLimits& limits = {});

/// Makes jobs in multi-row statements, unless their unique rules say otherwise, and tells what
/// became of each, in order; all or, on an error, none. invalid_argument for an empty kind or
/// queue, either longer than 255 characters, a priority out of range, a negative delay or one of
/// more than ten years, args nested too deep to be read again, a uuid that is none; too_large for
/// the payload; conflict when a tracked job of this uuid exists, or one with a unique key that
/// refuses a second (roll back then). A delayed job goes to job_delayed, off the path that claims
/// walk. A job with a batch_id becomes a member of that batch, of which only add_to_batch makes
/// sure that it is open. Waits for a transaction that has pushed the same unique key and not
/// committed yet.
[[nodiscard]] Result<std::vector<Pushed>> push_many(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const EnqueueLimits& limits = {}
);

/// One job in a transaction of its own: a single statement where that is all there is to write (a
/// job that isn't tracked, unique, or part of anything). Throws CommitUnknown when the connection
/// is lost at a moment that leaves open whether the job is there.
[[nodiscard]] Result<Pushed> push_one(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const NewJob& job,
    const EnqueueLimits& limits = {}
);

/// push_many for one job, telling its uuid alone (with a unique rule: of the job that there is).
[[nodiscard]] Result<std::string> enqueue(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    const EnqueueLimits& limits = {}
);

/// push_many, telling the uuids alone.
[[nodiscard]] Result<std::vector<std::string>> enqueue_many(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const EnqueueLimits& limits = {}
);

} // namespace bgerp::queue
