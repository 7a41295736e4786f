#include "tenant_db/queue/batch.hpp"

namespace bgerp::queue {

namespace {

struct Found {
    BatchState state;
    bool counted_by_rows = false; // open and ours: the counters of the row are not kept up
};

constexpr const char* columns =
    "SELECT id, name, total_jobs, pending_jobs, failed_jobs, cancelled_at IS NOT NULL,"
    " created_at, finished_at, by_rows FROM ";

Found found_in(const mysql::Row& row) {
    Found found;
    found.state.id = row.text(0);
    found.state.name = row.text(1);
    found.state.total = row.i64(2);
    found.state.pending = row.i64(3);
    found.state.failed = row.i64(4);
    found.state.cancelled = row.i64(5) != 0;
    found.state.created_at = row.i64(6);
    found.state.finished_at = row.optional_i64(7);
    found.state.finished = found.state.finished_at.has_value();
    found.counted_by_rows = row.i64(8) != 0 && !found.state.finished;
    return found;
}

// Ranges of PRIMARY (batch_id, job_uuid), no locks.
BatchState counted(mysql::Session& session, const QueueSchema& schema, Found found) {
    if (found.counted_by_rows) {
        session.query(
            "SELECT (SELECT COUNT(*) FROM " + schema("job_batch_pending") +
                " WHERE batch_id = ?), (SELECT COUNT(*) FROM " + schema("job_batch_failed") +
                " WHERE batch_id = ?)",
            {found.state.id, found.state.id},
            [&](const mysql::Row& row) {
                found.state.pending = row.i64(0);
                found.state.failed = row.i64(1);
            }
        );
    }
    return found.state;
}

} // namespace

Json to_json(const BatchState& batch) {
    return {
        {"id", batch.id},
        {"name", batch.name},
        {"state", batch.state()},
        {"total", batch.total},
        {"pending", batch.pending},
        {"failed", batch.failed},
        {"progress", batch.progress()},
        {"cancelled", batch.cancelled},
        {"finished", batch.finished},
        {"created_at", batch.created_at},
        {"finished_at", batch.finished_at ? Json(*batch.finished_at) : Json()}};
}

Result<BatchState>
find_batch(mysql::Session& session, const QueueSchema& schema, const std::string& batch_id) {
    std::optional<Found> found = session.query_one( // PRIMARY (id), no lock
        columns + schema("job_batches") + " WHERE id = ?",
        {batch_id},
        found_in
    );
    if (!found) {
        return fail(ErrorCode::not_found, "there is no such batch", "batch_id");
    }
    return counted(session, schema, std::move(*found));
}

std::vector<BatchState>
list_batches(mysql::Session& session, const QueueSchema& schema, std::size_t limit) {
    std::vector<Found> found;
    session.query( // PRIMARY (id) backwards: ids made here are in the order of time. No locks.
        columns + schema("job_batches") + " ORDER BY id DESC LIMIT ?",
        {limit},
        [&](const mysql::Row& row) { found.push_back(found_in(row)); }
    );
    std::vector<BatchState> states;
    states.reserve(found.size());
    for (Found& one : found) {
        states.push_back(counted(session, schema, std::move(one)));
    }
    return states;
}

} // namespace bgerp::queue
