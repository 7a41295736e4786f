#include "tenant_db/queue/workflow_steps.hpp"

#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/workflow_settling.hpp"

#include <map>

namespace bgerp::queue {

namespace {

// PRIMARY (workflow_id, step), one row, exclusive; READ COMMITTED. False when the workflow was
// removed meanwhile.
bool end_step(mysql::Session& session, const QueueSchema& schema, const EndedStep& ended) {
    const std::string output = storable(ended.output, ended.output.size());
    const std::uint64_t matched = session.execute(
        "UPDATE " + schema("workflow_step") +
            " SET state = ?, output = ? WHERE workflow_id = ? AND step = ? AND state = 'queued'",
        {state_of(ended.outcome),
         output.empty() ? mysql::Param(nullptr) : mysql::Param(output),
         ended.step.workflow_id,
         ended.step.step}
    );
    return matched == 1;
}

} // namespace

std::set<std::string> steps_ended(
    mysql::Session& session, const QueueSchema& schema, const std::vector<EndedStep>& ended
) {
    std::map<std::string, std::vector<std::uint64_t>> steps;
    for (const EndedStep& one : ended) {
        if (end_step(session, schema, one)) {
            steps[one.step.workflow_id].push_back(static_cast<std::uint64_t>(one.step.step));
        }
    }
    std::set<std::string> workflow_ids;
    for (const auto& [workflow_id, numbers] : steps) {
        add_todo(session, schema, workflow_id, numbers, true);
        workflow_ids.insert(workflow_id);
    }
    return workflow_ids;
}

bool step_goes_on(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const StepRef& step,
    const std::string& job_uuid
) {
    std::optional<WorkflowRow> workflow = lock_workflow(transaction, schema, step.workflow_id);
    if (!workflow || workflow->stop == "cancelled") {
        return false;
    }
    settle_locked_workflow(transaction, schema, *workflow); // the step's failure among others
    const std::uint64_t matched = transaction.execute(      // PRIMARY, one row, exclusive
        "UPDATE " + schema("workflow_step") +
            " SET state = 'queued' WHERE workflow_id = ? AND step = ? AND job_uuid = ?"
            " AND state = 'failed'",
        {step.workflow_id, step.step, job_uuid}
    );
    if (matched == 0) {
        return false;
    }
    ++workflow->open;
    ++workflow->active;
    reopen(transaction, schema, *workflow);
    return true;
}

void add_todo(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& workflow_id,
    const std::vector<std::uint64_t>& steps,
    bool ended
) {
    for (std::size_t from = 0; from < steps.size();) {
        const std::size_t count = rows_per_statement(steps.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            params.insert(params.end(), {workflow_id, steps[i], ended ? 1 : 0});
        }
        session.execute( // the new entries of PRIMARY (workflow_id, step)
            "INSERT IGNORE INTO " + schema("workflow_todo") +
                " (workflow_id, step, ended) VALUES " + repeated("(?,?,?)", count),
            params
        );
        from += count;
    }
}

} // namespace bgerp::queue
