#include "tenant_db/queue/workflow_settling.hpp"

#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_document.hpp"
#include "tenant_db/queue/workflow_steps.hpp"

#include <limits>
#include <map>

namespace bgerp::queue {

namespace {

constexpr std::size_t steps_max = 500; // enqueued, and ends counted, in one transaction

using Steps = std::vector<std::uint64_t>;

struct Notes {
    Steps ended;
    Steps ready;
};

// A prefix of PRIMARY (workflow_id, step), no locks: who holds the workflow's row alone removes.
Notes read_notes(mysql::Session& session, const QueueSchema& schema, const std::string& id) {
    Notes notes;
    session.query(
        "SELECT step, ended FROM " + schema("workflow_todo") +
            " FORCE INDEX (PRIMARY) WHERE workflow_id = ? ORDER BY step LIMIT ?",
        {id, steps_max},
        [&](const mysql::Row& row) {
            (row.i64(1) != 0 ? notes.ended : notes.ready).push_back(row.u64(0));
        }
    );
    return notes;
}

// "workflow_id = ? AND step IN (…)" through PRIMARY, in slices.
template <class Fn>
void for_steps(const std::string& id, const Steps& steps, Fn fn) {
    in_slices(steps, [&](const Steps& slice) {
        mysql::Params params{id};
        add_padded(params, slice);
        fn(" FORCE INDEX (PRIMARY)",
           " WHERE workflow_id = ? AND step IN" + in_list(slice.size()),
           std::move(params));
    });
}

void remove_notes(
    mysql::Session& session, const QueueSchema& schema, const std::string& id, const Steps& steps
) {
    const std::string table = schema("workflow_todo");
    for_steps(id, steps, [&](const char* hint, const std::string& where, const auto& params) {
        session.execute("DELETE " + table + " FROM " + table + hint + where, params);
    });
}

// What the steps' ends mean: those that let their children go on, and whether one stops the rest.
Steps count_ends(
    mysql::Session& session, const QueueSchema& schema, WorkflowRow& workflow, const Steps& ended
) {
    Steps releasing;
    for_steps(workflow.id, ended, [&](const char* hint, const std::string& where, auto params) {
        session.query(
            "SELECT step, state, on_failure, released FROM " + schema("workflow_step") + hint +
                where,
            params,
            [&](const mysql::Row& row) {
                const std::string state = row.text(1);
                if (state == "completed" || row.text(2) == "continue") {
                    if (row.i64(3) == 0) {
                        releasing.push_back(row.u64(0));
                    }
                } else if (workflow.stop == "no") {
                    workflow.stop = state;
                }
            }
        );
    });
    workflow.open -= static_cast<std::int64_t>(ended.size());
    workflow.active -= static_cast<std::int64_t>(ended.size());
    return releasing;
}

// How many of the parents each child has: PRIMARY (workflow_id, parent, child), no locks.
std::map<std::uint64_t, std::int64_t> children_of(
    mysql::Session& session, const QueueSchema& schema, const std::string& id, const Steps& parents
) {
    std::map<std::uint64_t, std::int64_t> children;
    in_prefix_slices(parents, [&](const Steps& slice) {
        mysql::Params params{id};
        add_padded(params, slice);
        session.query(
            "SELECT child, COUNT(*) FROM " + schema("workflow_edge") +
                " FORCE INDEX (PRIMARY) WHERE workflow_id = ? AND parent IN" +
                in_list(slice.size()) + " GROUP BY child",
            params,
            [&](const mysql::Row& row) { children[row.u64(0)] += row.i64(1); }
        );
    });
    return children;
}

// Counts the parents off at their children. Returns the children that wait for nothing more.
Steps release_children(
    mysql::Session& session, const QueueSchema& schema, const std::string& id, const Steps& parents
) {
    const std::string table = schema("workflow_step");
    for_steps(id, parents, [&](const char* hint, const std::string& where, auto params) {
        session.execute("UPDATE " + table + hint + " SET released = 1" + where, params);
    });
    std::map<std::int64_t, Steps> by_count;
    Steps all;
    for (const auto& [child, count] : children_of(session, schema, id, parents)) {
        by_count[count].push_back(child);
        all.push_back(child);
    }
    for (const auto& [count, steps] : by_count) {
        for_steps(
            id,
            steps,
            [&, by = count](const char* hint, const std::string& where, mysql::Params params) {
                params.insert(params.begin(), by);
                session.execute(
                    "UPDATE " + table + hint + " SET missing = missing - ?" + where,
                    params
                );
            }
        );
    }
    Steps ready;
    for_steps(id, all, [&](const char* hint, const std::string& where, auto params) {
        session.query(
            "SELECT step FROM " + table + hint + where + " AND missing = 0 AND state = 'waiting'",
            params,
            [&](const mysql::Row& row) { ready.push_back(row.u64(0)); }
        );
    });
    return ready;
}

void enqueue_steps(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    WorkflowRow& workflow,
    const Steps& steps
) {
    std::vector<NewJob> jobs;
    for_steps(workflow.id, steps, [&](const char* hint, const std::string& where, auto params) {
        transaction.query(
            "SELECT step, job_uuid, job FROM " + schema("workflow_step") + hint + where,
            params,
            [&](const mysql::Row& row) {
                // Written by create_workflow, with args a few levels down.
                const Json spec = value_or_throw(parse_json(row.text(2), 2 * json_depth_max));
                jobs.push_back(job_from_json(spec));
                jobs.back().uuid = row.text(1);
                jobs.back().workflow_step = {workflow.id, row.i64(0)};
            }
        );
        transaction.execute(
            "UPDATE " + schema("workflow_step") + hint + " SET state = 'queued'" + where,
            params
        );
    });
    // Checked when the workflow was made, by limits that may have changed since.
    const EnqueueLimits no_limits{std::numeric_limits<std::int64_t>::max()};
    value_or_throw(enqueue_many(transaction, schema, jobs, no_limits));
    workflow.active += static_cast<std::int64_t>(steps.size());
}

// A step that failed for good and lets nobody go on. Along PRIMARY, once in a workflow's life.
bool has_blocked(mysql::Session& session, const QueueSchema& schema, const std::string& id) {
    return session
        .query_one(
            "SELECT 1 FROM " + schema("workflow_step") +
                " FORCE INDEX (PRIMARY) WHERE workflow_id = ? AND released = 0"
                " AND state IN ('failed', 'cancelled') LIMIT 1",
            {id},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

// Nothing is under way and nothing can begin any more.
bool finish_if_done(mysql::Session& session, const QueueSchema& schema, WorkflowRow& workflow) {
    if (workflow.state != "running" || workflow.active > 0 ||
        has_todo(session, schema, workflow.id)) {
        return false;
    }
    if (workflow.stop != "no") {
        workflow.state = workflow.stop;
    } else {
        const bool blocked = workflow.open > 0 || has_blocked(session, schema, workflow.id);
        workflow.state = blocked ? "failed" : "completed";
    }
    return true;
}

} // namespace

std::optional<WorkflowRow>
lock_workflow(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id) {
    return session.query_one(
        "SELECT state, stop, steps_open, steps_active FROM " + schema("workflow") +
            " WHERE id = ? FOR UPDATE",
        {workflow_id},
        [&](const mysql::Row& row) {
            return WorkflowRow{workflow_id, row.text(0), row.text(1), row.i64(2), row.i64(3)};
        }
    );
}

void write_workflow(
    mysql::Session& session, const QueueSchema& schema, const WorkflowRow& workflow
) {
    session.execute( // PRIMARY (id), one row, locked before
        "UPDATE " + schema("workflow") +
            " SET finished_at = IF(? = 'running', 0, IF(state = 'running', UNIX_TIMESTAMP(),"
            " finished_at)), state = ?, stop = ?, steps_open = ?, steps_active = ? WHERE id = ?",
        {workflow.state, workflow.state, workflow.stop, workflow.open, workflow.active, workflow.id}
    );
}

bool has_todo(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id) {
    return session
        .query_one( // a prefix of PRIMARY, first entry, no locks
            "SELECT 1 FROM " + schema("workflow_todo") + " WHERE workflow_id = ? LIMIT 1",
            {workflow_id},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

Settling
settle_some(mysql::Transaction& transaction, const QueueSchema& schema, WorkflowRow& workflow) {
    Settling settling;
    const std::string stop_before = workflow.stop;
    const Notes notes = read_notes(transaction, schema, workflow.id);
    remove_notes(transaction, schema, workflow.id, notes.ended);
    remove_notes(transaction, schema, workflow.id, notes.ready);
    const Steps releasing = count_ends(transaction, schema, workflow, notes.ended);
    Steps ready = notes.ready;
    const Steps released = release_children(transaction, schema, workflow.id, releasing);
    ready.insert(ready.end(), released.begin(), released.end());
    if (workflow.stop == "no" && !ready.empty()) {
        const auto now = static_cast<std::ptrdiff_t>(std::min(ready.size(), steps_max));
        enqueue_steps(transaction, schema, workflow, {ready.begin(), ready.begin() + now});
        add_todo(transaction, schema, workflow.id, {ready.begin() + now, ready.end()}, false);
        settling.enqueued = static_cast<std::size_t>(now);
    }
    settling.stopped = stop_before == "no" && workflow.stop != "no";
    settling.finished = finish_if_done(transaction, schema, workflow);
    write_workflow(transaction, schema, workflow);
    return settling;
}

void settle_locked_workflow(
    mysql::Transaction& transaction, const QueueSchema& schema, WorkflowRow& workflow
) {
    while (has_todo(transaction, schema, workflow.id)) {
        settle_some(transaction, schema, workflow);
    }
}

void reopen(mysql::Session& session, const QueueSchema& schema, WorkflowRow& workflow) {
    if (workflow.stop != "no") {
        session.execute( // along PRIMARY, the workflow's steps, no locks on them
            "INSERT IGNORE INTO " + schema("workflow_todo") +
                " (workflow_id, step, ended) SELECT workflow_id, step, 0 FROM " +
                schema("workflow_step") +
                " FORCE INDEX (PRIMARY) WHERE workflow_id = ? AND missing = 0 AND state ="
                " 'waiting'",
            {workflow.id}
        );
    }
    workflow.stop = "no";
    workflow.state = "running";
    write_workflow(session, schema, workflow);
}

} // namespace bgerp::queue
