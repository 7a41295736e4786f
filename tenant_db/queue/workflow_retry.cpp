#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tenant_db/queue/workflow_graph.hpp"
#include "tenant_db/queue/workflow_settling.hpp"
#include "tenant_db/queue/workflow_steps.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t steps_max = 500; // of one transaction

struct StoppedStep {
    std::uint64_t step = 0;
    std::string job_uuid;
};

// Along PRIMARY (workflow_id, step), no locks.
std::vector<StoppedStep> stopped_steps(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& workflow_id,
    const char* states,
    std::size_t limit
) {
    std::vector<StoppedStep> steps;
    session.query(
        "SELECT step, job_uuid FROM " + schema("workflow_step") +
            " FORCE INDEX (PRIMARY) WHERE workflow_id = ? AND state IN " + states +
            " ORDER BY step LIMIT ?",
        {workflow_id, limit},
        [&](const mysql::Row& row) {
            steps.push_back({row.u64(0), row.text(1)});
        }
    );
    return steps;
}

// The steps whose jobs can be put back as they were; not_found and conflict as for the whole.
Result<std::vector<StoppedStep>>
begin_again(mysql::Transaction& transaction, const QueueSchema& schema, const std::string& id) {
    std::optional<WorkflowRow> workflow = lock_workflow(transaction, schema, id);
    if (!workflow) {
        return fail(ErrorCode::not_found, "there is no such workflow", "id");
    }
    settle_locked_workflow(transaction, schema, *workflow);
    if (stopped_steps(transaction, schema, id, "('failed', 'cancelled')", 1).empty()) {
        return fail(ErrorCode::conflict, "no step failed or was cancelled", "id");
    }
    reopen(transaction, schema, *workflow);
    return stopped_steps(transaction, schema, id, "('failed')", workflow_steps_max);
}

// Steps whose job is gone for good get a new one. Returns how many.
std::size_t
renew_some(mysql::Transaction& transaction, const QueueSchema& schema, const std::string& id) {
    std::optional<WorkflowRow> workflow = lock_workflow(transaction, schema, id);
    if (!workflow || workflow->stop != "no") {
        return 0; // cancelled meanwhile
    }
    const std::vector<StoppedStep> steps =
        stopped_steps(transaction, schema, id, "('failed', 'cancelled')", steps_max);
    std::vector<std::uint64_t> numbers;
    for (const StoppedStep& stopped : steps) {
        const std::string uuid = new_uuid();
        transaction.execute( // PRIMARY, one row, exclusive
            "UPDATE " + schema("workflow_step") +
                " SET state = 'waiting', job_uuid = ?, output = NULL"
                " WHERE workflow_id = ? AND step = ?",
            {uuid, id, stopped.step}
        );
        numbers.push_back(stopped.step);
    }
    add_todo(transaction, schema, id, numbers, false);
    workflow->open += static_cast<std::int64_t>(steps.size());
    reopen(transaction, schema, *workflow);
    return steps.size();
}

} // namespace

Result<std::size_t> retry_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
) {
    const auto failed = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
        return begin_again(t, schema, workflow_id);
    });
    if (!failed) {
        return tl::unexpected(failed.error());
    }
    std::size_t retried = 0;
    for (const StoppedStep& step : *failed) {
        const Result<std::size_t> put_back = retry_failed(pool, deadline, schema, step.job_uuid);
        retried += put_back.value_or(0);
    }
    std::size_t renewed = steps_max;
    while (renewed == steps_max) {
        renewed = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return renew_some(t, schema, workflow_id);
        });
        retried += renewed;
    }
    settle_workflow(pool, deadline, schema, workflow_id);
    return retried;
}

} // namespace bgerp::queue
