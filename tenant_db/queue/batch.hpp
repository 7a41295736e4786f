// Batches: many jobs with one end. What is still to do is the set of rows in job_batch_pending, so
// no counter is fought over; the end is found by "is there a pending row left?", asked after each
// member's commit and again by housekeeping, and taken by one conditional UPDATE of job_batches,
// whose winner enqueues the callbacks in the same transaction. So each callback fires exactly once,
// whoever crashes when. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

struct NewBatch {
    std::string name;
    std::vector<NewJob> jobs;
    std::optional<NewJob> then_job; // when all succeeded
    std::optional<NewJob>
        catch_job; // at the first failure (unless failures are allowed: at the end)
    std::optional<NewJob> finally_job; // at the end, whatever happened
    bool allow_failures = false;       // false: the first failure cancels the rest
};

struct BatchState {
    std::string id;
    std::string name;
    std::int64_t total = 0;
    std::int64_t pending = 0;
    std::int64_t failed = 0;
    bool cancelled = false;
    bool finished = false;
    std::int64_t created_at = 0;
    std::optional<std::int64_t> finished_at;

    [[nodiscard]] int progress() const {
        return total == 0 ? 100 : static_cast<int>((total - pending) * 100 / total);
    }

    /// "running", "finished" or "cancelled".
    [[nodiscard]] const char* state() const {
        if (cancelled) {
            return "cancelled";
        }
        return finished ? "finished" : "running";
    }
};

/// A batch as command line and API show it.
[[nodiscard]] Json to_json(const BatchState& batch);

/// Makes the batch and its jobs; returns its id. An empty batch is finished at once.
[[nodiscard]] Result<std::string>
create_batch(mysql::Transaction& transaction, const QueueSchema& schema, const NewBatch& batch);

/// Adds jobs to a batch that isn't finished (from inside one of its jobs, typically). conflict when
/// it is finished or cancelled, not_found when it isn't there.
[[nodiscard]] Result<void> add_to_batch(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::vector<NewJob>& jobs
);

/// To be called after the commit that ended a member: fires what is due. Returns true when this
/// call finished the batch.
bool settle_batch(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& batch_id
);

/// Settles every unfinished batch: for housekeeping, after crashes. Brings Laravel's counters of
/// those that stay open up to date. Returns how many it finished.
std::size_t settle_batches(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema);

[[nodiscard]] Result<BatchState>
find_batch(mysql::Session& session, const QueueSchema& schema, const std::string& batch_id);

[[nodiscard]] std::vector<BatchState>
list_batches(mysql::Session& session, const QueueSchema& schema, std::size_t limit);

/// Cancels a batch: waiting members never run (the worker drops them), running ones finish.
/// conflict when it is finished already.
[[nodiscard]] Result<void> cancel_batch(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& batch_id
);

[[nodiscard]] bool
batch_cancelled(mysql::Session& session, const QueueSchema& schema, const std::string& batch_id);

} // namespace bgerp::queue
