// What is written when a job ends, whoever ends it: the worker that completed or failed it, a user
// who cancelled it or cleared its queue. The verb deletes the job's row, then hands over what
// ended; everything that hangs on an end (the tracked run, the batch's members, the unique key,
// what follows in a chain) is written here, in the same transaction, so that a crash leaves both or
// neither. Jobs without flags cost nothing. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/schema.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

enum class JobOutcome { completed, failed, cancelled };

/// The state that a job with this outcome is in.
[[nodiscard]] const char* state_of(JobOutcome outcome);

/// True for the states that a job doesn't leave by itself.
[[nodiscard]] bool is_end(std::string_view state);

/// A job whose row the transaction has just deleted. Texts are borrowed for the call.
struct EndedJob {
    std::int64_t flags = 0;
    JobOutcome outcome = JobOutcome::completed;
    std::string_view payload;
    std::string_view uuid;     // empty: read from the payload when it is needed
    std::string_view batch_id; // likewise
    std::string_view output;   // JSON text of a completed job, kept for tracked ones
    std::string_view error;    // of a failed job
};

/// What an end may have consequences for, to be settled after the commit.
struct ToSettle {
    std::set<std::string> batch_ids;
    std::set<std::string> workflow_ids;

    void add(const ToSettle& more) {
        batch_ids.insert(more.batch_ids.begin(), more.batch_ids.end());
        workflow_ids.insert(more.workflow_ids.begin(), more.workflow_ids.end());
    }
};

/// Records the ends. Rows of job_run are locked first, then those of batches and of workflows'
/// steps. Payloads that can't be read are taken as jobs without what the payload would have told.
ToSettle record_ends(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<EndedJob>& ended
);

/// Settles what record_ends returned, after the commit.
void settle_all(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const ToSettle& to_settle
);

} // namespace bgerp::queue
