#include "tenant_db/queue/waiting_job.hpp"

#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

namespace {

constexpr const char* by_jobs_key = " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ?"
                                    " AND id = ?";
constexpr const char* by_blocked_key = " FORCE INDEX (PRIMARY) WHERE key_hash = ?"
                                       " AND priority = ? AND id = ?";
constexpr const char* by_delayed_key = " FORCE INDEX (PRIMARY) WHERE available_at = ? AND id = ?";

// PRIMARY (uuid), no lock.
FoundJob find_place(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    const auto place = session.query_one(
        "SELECT state, queue, priority, job_id FROM " + schema("job_run") + " WHERE uuid = ?",
        {uuid},
        [](const mysql::Row& row) {
            FoundJob found;
            found.is = FoundJob::Is::moved;
            found.state = row.text(0);
            found.queue = row.text(1);
            found.priority = row.i64(2);
            found.id = row.u64(3);
            return found;
        }
    );
    FoundJob found = place.value_or(FoundJob());
    found.uuid = uuid;
    found.delayed = found.state == "scheduled" || found.state == "retryable";
    if (is_end(found.state)) {
        found.is = FoundJob::Is::ended;
    }
    return found;
}

// The full PRIMARY of the table, one row, exclusive; READ COMMITTED.
void lock_row(
    mysql::Session& session, const std::string& select, const mysql::Params& key, FoundJob& found
) {
    session.query(select + " FOR UPDATE", key, [&](const mysql::Row& row) {
        found.flags = row.i64(1);
        found.created_at = row.i64(2);
        found.payload = row.text(3);
        // A delayed job's id may have become another's in the other table.
        if (envelope_uuid(found.payload) == found.uuid) {
            found.is = row.i64(0) != 0 ? FoundJob::Is::running : FoundJob::Is::waiting;
        }
    });
}

void lock_delayed(mysql::Session& session, const QueueSchema& schema, FoundJob& found) {
    // KEY job_delayed_id (id) without a lock, for the rest of the key by which it is locked.
    const std::optional<std::int64_t> available_at = session.query_one(
        "SELECT available_at FROM " + schema("job_delayed") +
            " FORCE INDEX (job_delayed_id) WHERE id = ?",
        {found.id},
        [](const mysql::Row& row) { return row.i64(0); }
    );
    if (!available_at) {
        return;
    }
    found.available_at = *available_at;
    lock_row(
        session,
        "SELECT 0, flags, created_at, payload FROM " + schema("job_delayed") + by_delayed_key,
        {found.available_at, found.id},
        found
    );
}

// A job that a limit holds back keeps its id. KEY job_blocked_id (id), as above.
void lock_parked(mysql::Session& session, const QueueSchema& schema, FoundJob& found) {
    const std::optional<std::uint64_t> key = session.query_one(
        "SELECT key_hash FROM " + schema("job_blocked") +
            " FORCE INDEX (job_blocked_id) WHERE id = ?",
        {found.id},
        [](const mysql::Row& row) { return row.u64(0); }
    );
    if (!key) {
        return;
    }
    found.parked = true;
    found.limit_key = *key;
    lock_row(
        session,
        "SELECT 0, flags, created_at, payload FROM " + schema("job_blocked") + by_blocked_key,
        {found.limit_key, found.priority, found.id},
        found
    );
}

} // namespace

FoundJob lock_job(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    FoundJob found = find_place(session, schema, uuid);
    if (found.is != FoundJob::Is::moved) {
        return found;
    }
    if (found.delayed) {
        lock_delayed(session, schema, found);
        return found;
    }
    lock_row(
        session,
        "SELECT reserved_at IS NOT NULL, flags, created_at, payload FROM " + schema("jobs") +
            by_jobs_key,
        {found.queue, found.priority, found.id},
        found
    );
    if (found.is == FoundJob::Is::moved) {
        lock_parked(session, schema, found);
    }
    return found;
}

void delete_waiting(mysql::Session& session, const QueueSchema& schema, const FoundJob& found) {
    if (found.delayed) {
        session.execute(
            "DELETE " + schema("job_delayed") + " FROM " + schema("job_delayed") + by_delayed_key,
            {found.available_at, found.id}
        );
        return;
    }
    if (found.parked) {
        session.execute(
            "DELETE " + schema("job_blocked") + " FROM " + schema("job_blocked") + by_blocked_key,
            {found.limit_key, found.priority, found.id}
        );
        return;
    }
    session.execute(
        "DELETE " + schema("jobs") + " FROM " + schema("jobs") + by_jobs_key,
        {found.queue, found.priority, found.id}
    );
}

} // namespace bgerp::queue
