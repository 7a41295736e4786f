#include "tenant_db/queue/workflow.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t parents_max = 1000;
constexpr std::size_t output_bytes_max = 64UL * 1024;    // of one parent
constexpr std::size_t outputs_bytes_max = 1024UL * 1024; // of all together

Json parsed(const std::string& text) {
    Result<Json> value = parse_json(text);
    return value ? std::move(*value) : Json(text);
}

// KEY workflow_edge_child (workflow_id, child, parent), then each parent by PRIMARY; no locks. A
// parent ended before its child began: what is read is final.
void read_parents(
    mysql::Session& session, const QueueSchema& schema, const StepRef& step, Json& input
) {
    Json parents = Json::object();
    std::size_t bytes = 0;
    std::int64_t left_out = 0;
    session.query(
        "SELECT p.name, p.state, LENGTH(p.output), IF(LENGTH(p.output) > ?, NULL, p.output) FROM " +
            schema("workflow_edge") + " e FORCE INDEX (workflow_edge_child) JOIN " +
            schema("workflow_step") +
            " p FORCE INDEX (PRIMARY) ON p.workflow_id = e.workflow_id AND p.step = e.parent"
            " WHERE e.workflow_id = ? AND e.child = ? ORDER BY e.parent LIMIT ?",
        {output_bytes_max, step.workflow_id, step.step, parents_max},
        [&](const mysql::Row& row) {
            Json& parent = parents[row.text(0)];
            parent = {{"state", row.text(1)}, {"output", nullptr}};
            bytes += row.is_null(2) ? 0 : static_cast<std::size_t>(row.u64(2));
            const bool too_much = row.is_null(3) || bytes > outputs_bytes_max;
            if (!row.is_null(2) && too_much) {
                ++left_out;
            } else if (!row.is_null(3)) {
                parent["output"] = parsed(row.text(3));
            }
        }
    );
    if (parents.size() == parents_max) {
        left_out += session
                        .query_one(
                            "SELECT COUNT(*) FROM " + schema("workflow_edge") +
                                " FORCE INDEX (workflow_edge_child)"
                                " WHERE workflow_id = ? AND child = ?",
                            {step.workflow_id, step.step},
                            [](const mysql::Row& row) { return row.i64(0); }
                        )
                        .value_or(0) -
                    static_cast<std::int64_t>(parents_max);
    }
    input["parents"] = std::move(parents);
    input["left_out"] = left_out;
}

} // namespace

std::optional<StepStart>
step_start(mysql::Session& session, const QueueSchema& schema, const StepRef& step) {
    std::optional<StepStart> start = session.query_one( // both by PRIMARY, no locks
        "SELECT w.stop <> 'no', s.name FROM " + schema("workflow") + " w JOIN " +
            schema("workflow_step") + " s ON s.workflow_id = w.id WHERE w.id = ? AND s.step = ?",
        {step.workflow_id, step.step},
        [&](const mysql::Row& row) {
            return StepStart{row.i64(0) != 0, {{"id", step.workflow_id}, {"step", row.text(1)}}};
        }
    );
    if (start && !start->stopped) {
        read_parents(session, schema, step, start->input);
    }
    return start;
}

} // namespace bgerp::queue
