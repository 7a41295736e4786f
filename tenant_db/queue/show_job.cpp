#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/job_log.hpp"

#include <algorithm>
#include <array>

namespace bgerp::queue {

namespace {

constexpr std::size_t list_max = 1000;
constexpr std::array outcomes{"open", "completed", "failed", "cancelled"};

// Sessions are in UTC.
std::string rfc3339(const std::string& column) {
    return "DATE_FORMAT(FROM_UNIXTIME(" + column + "), '%Y-%m-%dT%H:%i:%sZ')";
}

std::string select_runs(const QueueSchema& schema) {
    return "SELECT uuid, kind, queue, priority, state, attempts, progress, progress_message,"
           " output, error, history, batch_id, tags, cancel_requested, " +
           rfc3339("created_at") + ", " + rfc3339("available_at") + ", " +
           rfc3339("NULLIF(started_at, 0)") + ", " + rfc3339("NULLIF(finished_at, 0)") +
           ", created_at, meta, IF(state = 'scheduled', waiting_for, '') FROM " + schema("job_run");
}

Json text_or_null(const mysql::Row& row, unsigned column) {
    return row.is_null(column) ? Json() : Json(row.text(column));
}

// A column that holds JSON; a text that isn't is shown as text.
Json json_or_null(const mysql::Row& row, unsigned column) {
    if (row.is_null(column)) {
        return {};
    }
    std::string text = row.text(column);
    Result<Json> parsed = parse_json(text);
    return parsed ? std::move(*parsed) : Json(std::move(text));
}

Json run_to_json(const mysql::Row& row) {
    return {
        {"uuid", row.text(0)},
        {"kind", row.text(1)},
        {"queue", row.text(2)},
        {"priority", row.i64(3)},
        {"state", row.text(4)},
        {"attempts", row.i64(5)},
        {"progress", row.i64(6)},
        {"progress_message", row.text(7)},
        {"output", json_or_null(row, 8)},
        {"error", text_or_null(row, 9)},
        {"history", row.is_null(10) ? Json::array() : json_or_null(row, 10)},
        {"batch_id", text_or_null(row, 11)},
        {"tags", row.is_null(12) ? Json::array() : json_or_null(row, 12)},
        {"meta", json_or_null(row, 19)},
        {"cancel_requested", row.i64(13) != 0},
        {"waiting_for", row.text(20).empty() ? Json() : Json(row.text(20))},
        {"created_at", row.text(14)},
        {"available_at", row.text(15)},
        {"started_at", text_or_null(row, 16)},
        {"finished_at", text_or_null(row, 17)}};
}

Json failed_to_json(const Json& failed) {
    return {
        {"uuid", failed["uuid"]},
        {"kind", failed["kind"]},
        {"queue", failed["queue"]},
        {"priority", failed["priority"]},
        {"state", "failed"},
        {"attempts", nullptr},
        {"progress", nullptr},
        {"output", nullptr},
        {"error", failed["error"]},
        {"created_at", nullptr},
        {"finished_at", failed["failed_at"]}};
}

// Whether jobs in `state` (empty: any) can have the outcome: that of the same name, or still open.
bool may_hold(std::string_view outcome, std::string_view state) {
    return state.empty() || (is_end(state) ? outcome == state : outcome == "open");
}

struct Listed {
    std::int64_t created_at = 0;
    Json job;
};

// KEY job_run_outcome (outcome, created_at) backwards, no locks.
void list_outcome(
    mysql::Session& session,
    const QueueSchema& schema,
    const char* outcome,
    const JobFilter& filter,
    std::vector<Listed>& listed
) {
    mysql::Params params{outcome};
    std::string condition = " FORCE INDEX (job_run_outcome) WHERE outcome = ?";
    if (!filter.state.empty()) {
        condition += " AND state = ?";
        params.emplace_back(filter.state);
    }
    if (!filter.kind.empty()) {
        condition += " AND kind = ?";
        params.emplace_back(filter.kind);
    }
    if (!filter.queue.empty()) {
        condition += " AND queue = ?";
        params.emplace_back(filter.queue);
    }
    const std::string tag = to_text(Json(filter.tag));
    if (!filter.tag.empty()) {
        condition += " AND JSON_CONTAINS(tags, ?)"; // no index has it: looked at along the list
        params.emplace_back(tag);
    }
    params.emplace_back(std::min(filter.limit, list_max));
    session.query(
        select_runs(schema) + condition + " ORDER BY created_at DESC, uuid DESC LIMIT ?",
        params,
        [&](const mysql::Row& row) {
            listed.push_back({row.i64(18), run_to_json(row)});
        }
    );
}

// What holds an available job back, or null. KEY job_blocked_id (id), then limit_key's PRIMARY.
Json blocked_by(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    return session
        .query_one(
            "SELECT k.limit_name, k.key_text FROM " + schema("job_run") + " r JOIN " +
                schema("job_blocked") + " b FORCE INDEX (job_blocked_id) ON b.id = r.job_id JOIN " +
                schema("limit_key") + " k ON k.key_hash = b.key_hash WHERE r.uuid = ?",
            {uuid},
            [](const mysql::Row& row) {
                return Json{{"limit", row.text(0)}, {"key", row.text(1)}};
            }
        )
        .value_or(Json());
}

} // namespace

Result<Json> show_job(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    std::optional<Json> run;
    if (is_uuid(uuid)) {
        run = session.query_one( // PRIMARY (uuid), no lock
            select_runs(schema) + " WHERE uuid = ?",
            {uuid},
            run_to_json
        );
    }
    if (run) {
        if (run->at("state") == "available") {
            (*run)["blocked_by"] = blocked_by(session, schema, uuid);
        }
        const auto log = session.query_one(
            "SELECT COALESCE(log, '') FROM " + schema("job_run") + " WHERE uuid = ?",
            {uuid},
            [](const mysql::Row& row) { return row.text(0); }
        );
        (*run)["log"] = read_log(log.value_or(""));
        return std::move(*run);
    }
    return show_failed(session, schema, uuid).map(failed_to_json);
}

std::vector<Json>
list_jobs(mysql::Session& session, const QueueSchema& schema, const JobFilter& filter) {
    std::vector<Listed> listed;
    for (const char* outcome : outcomes) {
        if (may_hold(outcome, filter.state)) {
            list_outcome(session, schema, outcome, filter, listed);
        }
    }
    std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
        return a.created_at != b.created_at ? a.created_at > b.created_at
                                            : a.job["uuid"] > b.job["uuid"];
    });
    std::vector<Json> jobs;
    for (std::size_t i = 0; i < std::min({listed.size(), filter.limit, list_max}); ++i) {
        jobs.push_back(std::move(listed[i].job));
    }
    return jobs;
}

} // namespace bgerp::queue
