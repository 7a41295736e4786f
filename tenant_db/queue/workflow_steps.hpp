// The writes to a workflow's steps that belong to a job's own transaction: its end, and another
// chance after a failure. What follows from an end is done after the commit (settle_workflow).
// Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

struct EndedStep {
    StepRef step;
    JobOutcome outcome = JobOutcome::completed;
    std::string_view output; // JSON text, or empty
};

/// Records the ends and notes them to be settled. Locks the steps' own rows alone, so that steps
/// that end together don't wait for each other. Returns the workflows.
std::set<std::string> steps_ended(
    mysql::Session& session, const QueueSchema& schema, const std::vector<EndedStep>& ended
);

/// The job of a failed step was put back into its queue: the step, and with it the workflow, goes
/// on. False, and nothing written, when the workflow is gone or cancelled. Locks the workflow's row
/// until the transaction ends.
[[nodiscard]] bool step_goes_on(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const StepRef& step,
    const std::string& job_uuid
);

/// Notes steps as ended or as ready to be begun.
void add_todo(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& workflow_id,
    const std::vector<std::uint64_t>& steps,
    bool ended
);

} // namespace bgerp::queue
