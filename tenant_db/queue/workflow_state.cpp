#include "base/ids.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tenant_db/queue/workflow_settling.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

constexpr std::size_t list_max = 1000;
constexpr std::size_t rows_max = 500; // of one transaction

std::string rfc3339(const std::string& column) {
    return "DATE_FORMAT(FROM_UNIXTIME(" + column + "), '%Y-%m-%dT%H:%i:%sZ')";
}

std::string select_workflows(const QueueSchema& schema) {
    return "SELECT id, name, state, stop, on_failure, steps_total, " + rfc3339("created_at") +
           ", " + rfc3339("NULLIF(finished_at, 0)") + ", created_at FROM " + schema("workflow");
}

// Along PRIMARY (workflow_id, step), no locks.
std::map<std::string, std::int64_t>
count_states(mysql::Session& session, const QueueSchema& schema, const std::string& id) {
    std::map<std::string, std::int64_t> counts;
    session.query(
        "SELECT state, COUNT(*) FROM " + schema("workflow_step") +
            " FORCE INDEX (PRIMARY) WHERE workflow_id = ? GROUP BY state",
        {id},
        [&](const mysql::Row& row) { counts[row.text(0)] = row.i64(1); }
    );
    return counts;
}

Json workflow_to_json(const mysql::Row& row) {
    return {
        {"id", row.text(0)},
        {"name", row.text(1)},
        {"state", row.text(2)},
        {"stopping", row.text(2) == "running" && row.text(3) != "no"},
        {"on_failure", row.text(4)},
        {"total", row.i64(5)},
        {"created_at", row.text(6)},
        {"finished_at", row.is_null(7) ? Json() : Json(row.text(7))}};
}

void add_counts(mysql::Session& session, const QueueSchema& schema, Json& workflow) {
    std::map<std::string, std::int64_t> counts =
        count_states(session, schema, workflow["id"].get<std::string>());
    for (const char* const state : {"completed", "failed", "cancelled", "waiting"}) {
        workflow[state] = counts[state];
    }
    workflow["active"] = counts["queued"];
    const auto total = workflow["total"].get<std::int64_t>();
    const std::int64_t ended = counts["completed"] + counts["failed"] + counts["cancelled"];
    workflow["progress"] = total == 0 ? 100 : ended * 100 / total;
}

Json json_or_null(const mysql::Row& row, unsigned column) {
    if (row.is_null(column)) {
        return {};
    }
    std::string text = row.text(column);
    Result<Json> value = parse_json(text);
    return value ? std::move(*value) : Json(std::move(text));
}

// PRIMARY of both tables; a step's run is there while and after its job is. No locks.
Json read_steps(mysql::Session& session, const QueueSchema& schema, const std::string& id) {
    Json steps = Json::array();
    session.query(
        "SELECT s.name, s.state, s.on_failure, s.job_uuid, s.output,"
        " JSON_UNQUOTE(JSON_EXTRACT(s.job, '$.kind')),"
        " JSON_UNQUOTE(JSON_EXTRACT(s.job, '$.queue')),"
        // A computed ENUM is of a type that the connector can't read from MySQL.
        " IF(s.state = 'queued', CAST(r.state AS CHAR(16)), NULL), r.error, r.waiting_for FROM " +
            schema("workflow_step") + " s FORCE INDEX (PRIMARY) LEFT JOIN " + schema("job_run") +
            " r FORCE INDEX (PRIMARY) ON r.uuid = s.job_uuid WHERE s.workflow_id = ?"
            " ORDER BY s.step",
        {id},
        [&](const mysql::Row& row) {
            const std::string job_state = row.is_null(7) ? "" : row.text(7);
            const std::string waiting_for = row.is_null(9) ? "" : row.text(9);
            steps.push_back(
                {{"name", row.text(0)},
                 {"state", job_state.empty() ? row.text(1) : job_state},
                 {"on_failure", row.text(2)},
                 {"job", row.text(3)},
                 {"output", json_or_null(row, 4)},
                 {"kind", row.text(5)},
                 {"queue", row.text(6)},
                 {"error", row.is_null(8) ? Json() : Json(row.text(8))},
                 {"waiting_for",
                  job_state == "scheduled" && !waiting_for.empty() ? Json(waiting_for) : Json()},
                 {"after", Json::array()}}
            );
        }
    );
    return steps;
}

// KEY workflow_edge_child (workflow_id, child, parent), in its order; no locks.
void add_edges(
    mysql::Session& session, const QueueSchema& schema, const std::string& id, Json& steps
) {
    session.query(
        "SELECT child, parent FROM " + schema("workflow_edge") +
            " FORCE INDEX (workflow_edge_child) WHERE workflow_id = ? ORDER BY child, parent",
        {id},
        [&](const mysql::Row& row) {
            steps.at(row.u64(0))["after"].push_back(steps.at(row.u64(1))["name"]);
        }
    );
}

// Whole, so that nobody retries half a workflow. Nobody else looks at the rows of one that ended
// so long ago.
void remove_workflow(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& id
) {
    mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
        const std::optional<WorkflowRow> workflow = lock_workflow(t, schema, id);
        if (!workflow || workflow->state == "running") {
            return;
        }
        for (const char* const table : {"workflow_todo", "workflow_edge", "workflow_step"}) {
            t.execute( // a prefix of PRIMARY, exclusive
                "DELETE FROM " + schema(table) + " WHERE workflow_id = ?",
                {id}
            );
        }
        t.execute("DELETE FROM " + schema("workflow") + " WHERE id = ?", {id});
    });
}

} // namespace

std::vector<Json>
list_workflows(mysql::Session& session, const QueueSchema& schema, std::size_t limit) {
    struct Listed {
        std::int64_t created_at = 0;
        Json workflow;
    };

    std::vector<Listed> listed;
    for (const char* const state : {"running", "completed", "failed", "cancelled"}) {
        session.query( // KEY workflow_state (state, created_at) backwards, no locks
            select_workflows(schema) + " FORCE INDEX (workflow_state) WHERE state = ?"
                                       " ORDER BY created_at DESC, id DESC LIMIT ?",
            {state, std::min(limit, list_max)},
            [&](const mysql::Row& row) {
                listed.push_back({row.i64(8), workflow_to_json(row)});
            }
        );
    }
    std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
        return a.created_at != b.created_at ? a.created_at > b.created_at
                                            : a.workflow["id"] > b.workflow["id"];
    });
    listed.resize(std::min({listed.size(), limit, list_max}));
    std::vector<Json> workflows;
    for (Listed& one : listed) {
        add_counts(session, schema, one.workflow);
        workflows.push_back(std::move(one.workflow));
    }
    return workflows;
}

Result<Json>
show_workflow(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id) {
    std::optional<Json> workflow;
    if (is_uuid(workflow_id)) {
        workflow = session.query_one( // PRIMARY (id), no lock
            select_workflows(schema) + " WHERE id = ?",
            {workflow_id},
            workflow_to_json
        );
    }
    if (!workflow) {
        return fail(ErrorCode::not_found, "there is no such workflow", "id");
    }
    add_counts(session, schema, *workflow);
    Json steps = read_steps(session, schema, workflow_id);
    add_edges(session, schema, workflow_id, steps);
    (*workflow)["steps"] = std::move(steps);
    return std::move(*workflow);
}

std::size_t prune_workflows(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours
) {
    constexpr std::int64_t hour_s = 3600;
    std::size_t pruned = 0;
    for (const char* const state : {"completed", "failed", "cancelled"}) {
        std::vector<std::string> ids;
        do {
            ids.clear();
            // KEY workflow_state (state, created_at): it was made no later than it ended. No locks.
            pool.acquire(deadline)->query(
                "SELECT id FROM " + schema("workflow") +
                    " FORCE INDEX (workflow_state) WHERE state = ?"
                    " AND created_at <= UNIX_TIMESTAMP() - ? AND finished_at <= UNIX_TIMESTAMP() - "
                    "?"
                    " LIMIT ?",
                {state, hours * hour_s, hours * hour_s, rows_max},
                [&](const mysql::Row& row) { ids.push_back(row.text(0)); }
            );
            for (const std::string& id : ids) {
                remove_workflow(pool, deadline, schema, id);
            }
            pruned += ids.size();
        } while (ids.size() == rows_max);
    }
    return pruned;
}

} // namespace bgerp::queue
