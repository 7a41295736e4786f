// Workflows: named steps, each a job, each begun when the steps it is after have ended. The
// principle is that of batches: a step's end is a row written in the transaction that ends its
// job; after that commit whoever finds something to do locks the workflow's row, counts the end at
// the steps that waited for it and enqueues those that wait for nothing more, each once. What a
// crash leaves between the two commits stands in workflow_todo, where housekeeping finds it. Steps
// and edges are each looked at a bounded number of times, however wide the fan. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

/// What a step's failure, or its cancelling, means to the others.
enum class OnFailure {
    stop,  // no further step begins, waiting jobs are taken back; what runs, runs to its end
    go_on, // the steps after it begin as if it had succeeded, and see that it didn't
};

struct NewStep {
    std::string name;
    NewJob job;                          // always tracked; its uuid and batch must be left empty
    std::vector<std::string> after;      // names of steps
    std::optional<OnFailure> on_failure; // else the workflow's
};

struct NewWorkflow {
    std::string name;
    std::vector<NewStep> steps;
    OnFailure on_failure = OnFailure::stop;
};

/// Makes the workflow and the jobs of its first steps; returns its id. invalid_argument with the
/// step in the field, as check_graph() and check_job() have it.
[[nodiscard]] Result<std::string> create_workflow(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewWorkflow& workflow,
    const EnqueueLimits& limits = {}
);

/// What a settling came to.
struct WorkflowProgress {
    std::size_t enqueued = 0; // jobs: ring the doorbell
    bool finished = false;    // by this call
};

/// To be called after the commit that ended a step's job: begins what is ready, stops what is to be
/// stopped, finishes the workflow. In bounded transactions; nothing happens when nothing is to be
/// done.
WorkflowProgress settle_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
);

/// Settles every workflow of which a crash left something to do: for housekeeping. Returns how many
/// jobs it enqueued.
std::size_t settle_workflows(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema);

/// Cancels: steps that didn't begin never will, waiting jobs are taken back, running ones asked to
/// stop. Of more than a thousand jobs the rest is dropped by the workers as they meet them.
/// conflict when it has ended.
[[nodiscard]] Result<void> cancel_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
);

/// Gives every failed or cancelled step another chance and lets the workflow go on. A failed job
/// goes on as itself, with what its steps had done; one that was cancelled or forgotten begins anew
/// under a new uuid. conflict when no step failed or was cancelled. Returns how many steps. May be
/// repeated when it was interrupted.
[[nodiscard]] Result<std::size_t> retry_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
);

/// {"id","name","state","on_failure","total","completed","failed","cancelled","active","waiting",
/// "progress","stopping","created_at","finished_at"}, state one of running, completed, failed,
/// cancelled.
[[nodiscard]] std::vector<Json>
list_workflows(mysql::Session& session, const QueueSchema& schema, std::size_t limit);

/// The same with "steps": [{"name","kind","queue","state","job","after","on_failure","output"}] in
/// the order they were given; state waiting, or that of the step's job.
[[nodiscard]] Result<Json>
show_workflow(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id);

/// Removes workflows that ended more than `hours` ago. Returns how many.
std::size_t prune_workflows(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours
);

/// What a worker must know before it begins a step's job.
struct StepStart {
    bool stopped = false; // the workflow is: the job ends as cancelled
    Json input;           // {"id","step","parents": {name: {"state","output"}}, "left_out": n}
};

/// Reads it; nothing when the workflow is gone. Outputs of more than 64 KiB, those beyond 1 MiB in
/// all and parents beyond a thousand are left out.
[[nodiscard]] std::optional<StepStart>
step_start(mysql::Session& session, const QueueSchema& schema, const StepRef& step);

} // namespace bgerp::queue
