#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

namespace {

// A job may move between the look at where it is and the lock on it; it can't do so for ever.
constexpr int looks_max = 20;

struct Place {
    std::string state;
    std::string queue;
    std::int64_t priority = 0;
    std::uint64_t job_id = 0;

    [[nodiscard]] bool ended() const {
        return state == "completed" || state == "failed" || state == "cancelled";
    }

    [[nodiscard]] bool delayed() const { return state == "scheduled" || state == "retryable"; }
};

struct Waiting {
    bool reserved = false;
    std::int64_t flags = 0;
    std::string payload;
};

// What a step came to: the job's state now, or nothing when it has to look again.
struct Step {
    std::string state;
    std::set<std::string> batch_ids;
};

// PRIMARY (uuid), no lock: the job's own row is locked first, as all other verbs do.
std::optional<Place>
find_place(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    return session.query_one(
        "SELECT state, queue, priority, job_id FROM " + schema("job_run") + " WHERE uuid = ?",
        {uuid},
        [](const mysql::Row& row) {
            return Place{row.text(0), row.text(1), row.i64(2), row.u64(3)};
        }
    );
}

// The full PRIMARY of the table, one row, exclusive; READ COMMITTED.
std::optional<Waiting> lock_row(
    mysql::Session& session,
    const std::string& select,
    const mysql::Params& key,
    const std::string& uuid
) {
    std::optional<Waiting> found = session.query_one(select, key, [](const mysql::Row& row) {
        return Waiting{row.i64(0) != 0, row.i64(1), row.text(2)};
    });
    // A delayed job's id may have become another's in the other table.
    return found && envelope_uuid(found->payload) == uuid ? found : std::nullopt;
}

std::set<std::string> record_cancelled(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const Waiting& found,
    const std::string& uuid
) {
    return record_ends(
        transaction,
        schema,
        {{found.flags, JobOutcome::cancelled, found.payload, uuid, {}, {}}}
    );
}

std::string cancel_in_jobs(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const Place& place,
    const std::string& uuid,
    std::set<std::string>& batch_ids
) {
    const mysql::Params key{place.queue, place.priority, place.job_id};
    constexpr const char* where = " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ?"
                                  " AND id = ?";
    const std::optional<Waiting> found = lock_row(
        transaction,
        "SELECT reserved_at IS NOT NULL, flags, payload FROM " + schema("jobs") + where +
            " FOR UPDATE",
        key,
        uuid
    );
    if (!found) {
        return {};
    }
    if (found->reserved) {
        transaction.execute(
            "UPDATE " + schema("job_run") + " SET cancel_requested = 1 WHERE uuid = ?",
            {uuid}
        );
        return "running";
    }
    transaction.execute("DELETE " + schema("jobs") + " FROM " + schema("jobs") + where, key);
    batch_ids = record_cancelled(transaction, schema, *found, uuid);
    return "cancelled";
}

std::string cancel_in_delayed(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const Place& place,
    const std::string& uuid,
    std::set<std::string>& batch_ids
) {
    // KEY job_delayed_id (id) without a lock, for the rest of the key by which it is locked.
    const std::optional<std::int64_t> available_at = transaction.query_one(
        "SELECT available_at FROM " + schema("job_delayed") +
            " FORCE INDEX (job_delayed_id) WHERE id = ?",
        {place.job_id},
        [](const mysql::Row& row) { return row.i64(0); }
    );
    if (!available_at) {
        return {};
    }
    const mysql::Params key{*available_at, place.job_id};
    constexpr const char* where = " FORCE INDEX (PRIMARY) WHERE available_at = ? AND id = ?";
    const std::optional<Waiting> found = lock_row(
        transaction,
        "SELECT 0, flags, payload FROM " + schema("job_delayed") + where + " FOR UPDATE",
        key,
        uuid
    );
    if (!found) {
        return {};
    }
    transaction.execute(
        "DELETE " + schema("job_delayed") + " FROM " + schema("job_delayed") + where,
        key
    );
    batch_ids = record_cancelled(transaction, schema, *found, uuid);
    return "cancelled";
}

Result<Step>
cancel_once(mysql::Transaction& transaction, const QueueSchema& schema, const std::string& uuid) {
    const std::optional<Place> place = find_place(transaction, schema, uuid);
    if (!place) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    if (place->ended()) {
        return fail(ErrorCode::conflict, "the job has ended: " + place->state);
    }
    Step step;
    step.state = place->delayed()
                     ? cancel_in_delayed(transaction, schema, *place, uuid, step.batch_ids)
                     : cancel_in_jobs(transaction, schema, *place, uuid, step.batch_ids);
    return step;
}

} // namespace

Result<std::string> cancel_job(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
) {
    if (!is_uuid(uuid)) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    for (int look = 0; look < looks_max; ++look) {
        Result<Step> step = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return cancel_once(t, schema, uuid);
        });
        if (!step) {
            return tl::unexpected(step.error());
        }
        if (!step->state.empty()) {
            settle_all(pool, deadline, schema, step->batch_ids);
            return step->state;
        }
    }
    return fail(ErrorCode::unavailable, "the job's row can't be found at the moment");
}

} // namespace bgerp::queue
