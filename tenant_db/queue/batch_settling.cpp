#include "tenant_db/queue/batch_settling.hpp"

#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/batch_options.hpp"
#include "tenant_db/queue/chain.hpp"

namespace bgerp::queue {

namespace {

struct Standing {
    bool cancelled = false;
    bool caught = false;
    BatchOptions options;
    bool pending = false;
    bool failed = false;

    [[nodiscard]] bool catch_is_due() const {
        return failed && !caught && (!options.allow_failures || !pending);
    }

    [[nodiscard]] bool is_due() const { return !pending || catch_is_due(); }
};

// Of a batch that isn't finished. PRIMARY (id); locked exclusively with FOR UPDATE. READ COMMITTED.
std::optional<Standing> read_batch(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const char* locking
) {
    return session.query_one(
        "SELECT cancelled_at IS NOT NULL, caught_at IS NOT NULL, options FROM " +
            schema("job_batches") + " WHERE id = ? AND by_rows = 1 AND finished_at IS NULL" +
            locking,
        {batch_id},
        [](const mysql::Row& row) {
            Standing standing;
            standing.cancelled = row.i64(0) != 0;
            standing.caught = row.i64(1) != 0;
            standing.options = parse_options(row.text(2));
            return standing;
        }
    );
}

// PRIMARY (batch_id, job_uuid) of both tables, first entry, no locks. A statement of its own after
// the batch's row is locked: its snapshot is newer than every end that was committed before.
void read_members(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    Standing& standing
) {
    session.query(
        "SELECT EXISTS (SELECT 1 FROM " + schema("job_batch_pending") +
            " WHERE batch_id = ?), EXISTS (SELECT 1 FROM " + schema("job_batch_failed") +
            " WHERE batch_id = ?)",
        {batch_id, batch_id},
        [&](const mysql::Row& row) {
            standing.pending = row.i64(0) != 0;
            standing.failed = row.i64(1) != 0;
        }
    );
}

void fire(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::optional<NewJob>& callback
) {
    if (!callback) {
        return;
    }
    std::vector<NewJob> due{*callback};
    refresh_uuids(transaction, schema, due);
    static_cast<void>(value_or_throw(enqueue_many(transaction, schema, due)));
}

Json failed_members(
    mysql::Session& session, const QueueSchema& schema, const std::string& batch_id
) {
    Json failed = Json::array();
    session.query( // a range of PRIMARY (batch_id, job_uuid), no locks
        "SELECT job_uuid FROM " + schema("job_batch_failed") + " WHERE batch_id = ?",
        {batch_id},
        [&](const mysql::Row& row) { failed.push_back(row.text(0)); }
    );
    return failed;
}

// Laravel's columns get their final values.
bool write_end(mysql::Session& session, const QueueSchema& schema, const std::string& batch_id) {
    const Json failed = failed_members(session, schema, batch_id);
    const std::string failed_ids = to_text(failed);
    const std::uint64_t finished = session.execute( // PRIMARY (id), one row, locked before
        "UPDATE " + schema("job_batches") +
            " SET finished_at = UNIX_TIMESTAMP(), pending_jobs = 0, failed_jobs = ?,"
            " failed_job_ids = ? WHERE id = ? AND finished_at IS NULL",
        {failed.size(), failed_ids, batch_id}
    );
    return finished == 1;
}

void write_catch(
    mysql::Session& session, const QueueSchema& schema, const std::string& batch_id, bool cancels
) {
    session.execute( // PRIMARY (id), one row, locked before
        "UPDATE " + schema("job_batches") + " SET caught_at = UNIX_TIMESTAMP()" +
            (cancels ? ", cancelled_at = COALESCE(cancelled_at, UNIX_TIMESTAMP())" : "") +
            " WHERE id = ?",
        {batch_id}
    );
}

// Laravel's columns of an open batch, for Laravel to read; nobody here counts by them. Not at every
// member's end, when all would wait for this one row, but now and then. PRIMARY (id), one row.
void refresh_counters(
    mysql::Session& session, const QueueSchema& schema, const std::string& batch_id
) {
    const auto pending = session.query_one( // a range of PRIMARY (batch_id, job_uuid), no locks
        "SELECT COUNT(*) FROM " + schema("job_batch_pending") + " WHERE batch_id = ?",
        {batch_id},
        [](const mysql::Row& row) { return row.i64(0); }
    );
    const Json failed = failed_members(session, schema, batch_id);
    const std::string failed_ids = to_text(failed);
    session.execute(
        "UPDATE " + schema("job_batches") +
            " SET pending_jobs = ?, failed_jobs = ?, failed_job_ids = ?"
            " WHERE id = ? AND finished_at IS NULL",
        {pending.value_or(0), failed.size(), failed_ids, batch_id}
    );
}

} // namespace

bool settle_locked(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::string& batch_id
) {
    std::optional<Standing> standing = read_batch(transaction, schema, batch_id, " FOR UPDATE");
    if (!standing) {
        return false; // somebody else finished it
    }
    read_members(transaction, schema, batch_id, *standing);
    const BatchOptions& options = standing->options;
    if (standing->catch_is_due()) {
        write_catch(transaction, schema, batch_id, !options.allow_failures);
        fire(transaction, schema, options.catch_job);
    }
    if (standing->pending || !write_end(transaction, schema, batch_id)) {
        return false;
    }
    if (!standing->failed && !standing->cancelled) {
        fire(transaction, schema, options.then_job);
    }
    fire(transaction, schema, options.finally_job);
    return true;
}

bool settle_batch(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& batch_id
) {
    {
        // Most calls find that nothing is due: they lock nothing. The read is newer than the
        // caller's commit, so of the members that end at the same time the last one sees the end.
        const mysql::Pool::Handle connection = pool.acquire(deadline);
        std::optional<Standing> standing = read_batch(*connection, schema, batch_id, "");
        if (!standing) {
            return false;
        }
        read_members(*connection, schema, batch_id, *standing);
        if (!standing->is_due()) {
            return false;
        }
    }
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        return settle_locked(transaction, schema, batch_id);
    });
}

std::size_t settle_batches(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema) {
    constexpr std::size_t page = 500;
    std::size_t finished = 0;
    std::vector<std::string> ids{""};
    do {
        const std::string after = ids.back();
        ids.clear();
        // KEY job_batches_open (by_rows, finished_at, id), no locks.
        pool.acquire(deadline)->query(
            "SELECT id FROM " + schema("job_batches") +
                " FORCE INDEX (job_batches_open) WHERE by_rows = 1 AND finished_at IS NULL"
                " AND id > ? ORDER BY id LIMIT ?",
            {after, page},
            [&](const mysql::Row& row) { ids.push_back(row.text(0)); }
        );
        for (const std::string& id : ids) {
            if (settle_batch(pool, deadline, schema, id)) {
                ++finished;
            } else {
                refresh_counters(*pool.acquire(deadline), schema, id);
            }
        }
    } while (ids.size() == page);
    return finished;
}

} // namespace bgerp::queue
