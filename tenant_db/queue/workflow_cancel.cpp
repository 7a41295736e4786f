#include "tenant_db/queue/workflow_cancel.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tenant_db/queue/workflow_settling.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t jobs_max = 1000;

struct Outcome {
    bool wound_up = false; // nothing was under way
};

// Along PRIMARY (workflow_id, step), each step's run by its PRIMARY (uuid); no locks. Those that
// no claim would ever meet (they sleep, or back off for long) come first.
std::vector<std::string> jobs_under_way(
    mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id, bool running
) {
    std::vector<std::string> uuids;
    session.query(
        "SELECT s.job_uuid FROM " + schema("workflow_step") + " s FORCE INDEX (PRIMARY) JOIN " +
            schema("job_run") +
            " r FORCE INDEX (PRIMARY) ON r.uuid = s.job_uuid WHERE s.workflow_id = ?"
            " AND s.state = 'queued' AND r.state IN ('scheduled', 'retryable', 'available'" +
            (running ? ", 'running'" : "") +
            ") ORDER BY r.state NOT IN ('scheduled', 'retryable'), s.step LIMIT ?",
        {workflow_id, jobs_max},
        [&](const mysql::Row& row) { uuids.push_back(row.text(0)); }
    );
    return uuids;
}

Result<void> stop_running(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::string& workflow_id
) {
    std::optional<WorkflowRow> workflow = lock_workflow(transaction, schema, workflow_id);
    if (!workflow) {
        return fail(ErrorCode::not_found, "there is no such workflow", "id");
    }
    if (workflow->state != "running") {
        return fail(ErrorCode::conflict, "the workflow has ended: " + workflow->state, "id");
    }
    workflow->stop = "cancelled";
    settle_some(transaction, schema, *workflow); // which may be the end of it
    return {};
}

} // namespace

void cancel_rest(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& workflow_id,
    bool running
) {
    const std::vector<std::string> uuids =
        jobs_under_way(*pool.acquire(deadline), schema, workflow_id, running);
    for (const std::string& uuid : uuids) {
        static_cast<void>(cancel_job(pool, deadline, schema, uuid)); // it may have ended meanwhile
    }
}

Result<void> cancel_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
) {
    auto stopped = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
        return stop_running(t, schema, workflow_id);
    });
    if (stopped) {
        cancel_rest(pool, deadline, schema, workflow_id, true);
        settle_workflow(pool, deadline, schema, workflow_id);
    }
    return stopped;
}

WorkflowProgress settle_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& workflow_id
) {
    WorkflowProgress progress;
    bool stopped = false;
    // Of those that ended at the same time one takes the others' notes along.
    while (has_todo(*pool.acquire(deadline), schema, workflow_id)) {
        const Settling step = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            std::optional<WorkflowRow> workflow = lock_workflow(t, schema, workflow_id);
            if (!workflow) {
                t.execute(
                    "DELETE FROM " + schema("workflow_todo") + " WHERE workflow_id = ?",
                    {workflow_id}
                );
                return Settling();
            }
            return settle_some(t, schema, *workflow);
        });
        progress.enqueued += step.enqueued;
        progress.finished = progress.finished || step.finished;
        stopped = stopped || step.stopped;
    }
    if (stopped) {
        cancel_rest(pool, deadline, schema, workflow_id, false);
    }
    return progress;
}

std::size_t settle_workflows(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema) {
    std::vector<std::string> ids;
    // workflow_todo's PRIMARY, as good as empty; then KEY workflow_state (state, …): workflows that
    // are stopped or have nothing under way while they are still said to run. No locks.
    pool.acquire(deadline)->query(
        "SELECT DISTINCT workflow_id FROM " + schema("workflow_todo") + " UNION SELECT id FROM " +
            schema("workflow") +
            " FORCE INDEX (workflow_state) WHERE state = 'running'"
            " AND (steps_active = 0 OR stop <> 'no') LIMIT ?",
        {jobs_max},
        [&](const mysql::Row& row) { ids.push_back(row.text(0)); }
    );
    std::size_t enqueued = 0;
    for (const std::string& id : ids) {
        enqueued += settle_workflow(pool, deadline, schema, id).enqueued;
        const bool stopped = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            std::optional<WorkflowRow> workflow = lock_workflow(t, schema, id);
            if (!workflow || workflow->state != "running") {
                return false;
            }
            settle_some(t, schema, *workflow);
            return workflow->stop != "no";
        });
        if (stopped) {
            cancel_rest(pool, deadline, schema, id, false);
        }
    }
    return enqueued;
}

} // namespace bgerp::queue
