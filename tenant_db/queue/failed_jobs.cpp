#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::size_t list_max = 1000;

std::string select_failed(const QueueSchema& schema) {
    return "SELECT uuid, queue, payload, exception, DATE_FORMAT(failed_at, '%Y-%m-%dT%H:%i:%sZ'),"
           " connection, priority FROM " +
           schema("failed_jobs");
}

Json failed_to_json(const mysql::Row& row) {
    const std::string payload = row.text(2);
    const Result<Envelope> envelope = parse_envelope(payload);
    return {
        {"uuid", row.text(0)},
        {"kind", envelope ? Json(envelope->kind) : Json()},
        {"queue", row.text(1)},
        {"payload", payload},
        {"error", row.text(3)},
        {"failed_at", row.text(4)},
        {"connection", row.text(5)},
        {"priority", row.i64(6)}};
}

} // namespace

std::vector<Json> list_failed(
    mysql::Session& session, const QueueSchema& schema, std::size_t limit, std::size_t offset
) {
    std::vector<Json> failed;
    session.query( // PRIMARY (id) backwards, no locks
        select_failed(schema) + " ORDER BY id DESC LIMIT ? OFFSET ?",
        {std::min(limit, list_max), offset},
        [&](const mysql::Row& row) { failed.push_back(failed_to_json(row)); }
    );
    return failed;
}

Result<Json>
show_failed(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    std::optional<Json> found = session.query_one( // UNIQUE (uuid), no lock
        select_failed(schema) + " WHERE uuid = ?",
        {uuid},
        failed_to_json
    );
    if (!found) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    return std::move(*found);
}

Result<void> forget_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
) {
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) -> Result<void> {
        // UNIQUE (uuid), one row, exclusive; READ COMMITTED.
        if (t.execute("DELETE FROM " + schema("failed_jobs") + " WHERE uuid = ?", {uuid}) == 0) {
            return fail(ErrorCode::not_found, "there is no such failed job", "uuid");
        }
        remove_job_steps(t, schema, {uuid});
        return {};
    });
}

} // namespace bgerp::queue
