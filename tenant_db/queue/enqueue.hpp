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
    std::int64_t payload_bytes_max = 1024 * 1024;
};

/// The rules that enqueue checks of a job before it writes anything. Pure.
[[nodiscard]] Result<void> check_job(const NewJob& job, const EnqueueLimits& limits = {});

/// Makes one job and returns its uuid. invalid_argument for an empty kind or queue, either longer
/// than 255 characters, a priority out of range, a negative delay or one of more than ten years,
/// args nested too deep to be read again, a uuid that is none; too_large for the payload; conflict
/// when a tracked job of this uuid exists (roll back then). A delayed job goes to job_delayed, off
/// the path that claims walk. A job with a batch_id becomes a member of that batch, of which only
/// add_to_batch makes sure that it is open.
[[nodiscard]] Result<std::string> enqueue(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    const EnqueueLimits& limits = {}
);

/// Makes many jobs in multi-row statements; all or, on an error, none. Returns the uuids in order.
[[nodiscard]] Result<std::vector<std::string>> enqueue_many(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const EnqueueLimits& limits = {}
);

} // namespace bgerp::queue
