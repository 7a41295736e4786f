#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 500;       // of one transaction
constexpr std::int64_t worth_moving_s = 60; // a row due sooner is cheaper left where it is

struct DelayedRow {
    std::int64_t available_at = 0;
    std::uint64_t id = 0;
};

JobRow row_at(const mysql::Row& row, unsigned first) {
    JobRow job;
    job.queue = row.text(first);
    job.priority = row.i64(first + 1);
    job.payload = row.text(first + 2);
    job.attempts = row.i64(first + 3);
    job.created_at = row.i64(first + 4);
    job.rescues = row.i64(first + 5);
    job.flags = row.i64(first + 6);
    job.interruptions = row.i64(first + 7);
    if ((job.flags & flag_tracked) != 0) {
        job.uuid = envelope_uuid(job.payload);
    }
    return job;
}

constexpr const char* row_columns =
    "queue, priority, payload, attempts, created_at, rescues, flags, interruptions";

// By full PRIMARY (available_at, id); the rows are locked already.
void delete_delayed(
    mysql::Session& session, const QueueSchema& schema, const std::vector<DelayedRow>& keys
) {
    mysql::Params params;
    for (std::size_t i = 0; i < padded(keys.size()); ++i) {
        const DelayedRow& key = keys[std::min(i, keys.size() - 1)];
        params.insert(params.end(), {key.available_at, key.id});
    }
    session.execute(
        "DELETE " + schema("job_delayed") + " FROM " + schema("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE (available_at, id) IN (" +
            repeated("(?,?)", padded(keys.size())) + ")",
        params
    );
}

void record_promoted(
    mysql::Session& session, const QueueSchema& schema, const std::vector<JobRow>& rows
) {
    std::vector<std::string> uuids;
    std::vector<std::uint64_t> ids;
    for (const JobRow& row : rows) {
        if (!row.uuid.empty()) {
            uuids.push_back(row.uuid);
            ids.push_back(row.id);
        }
    }
    runs_promoted(session, schema, uuids, ids);
}

std::size_t promote_some(mysql::Session& session, const QueueSchema& schema, std::size_t limit) {
    std::vector<JobRow> rows;
    std::vector<DelayedRow> keys;
    // A prefix of PRIMARY (available_at, id), locked exclusively; rows that another promoter holds
    // are stepped over. READ COMMITTED.
    session.query(
        std::string("SELECT available_at, id, ") + row_columns + " FROM " + schema("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE available_at <= UNIX_TIMESTAMP()"
            " ORDER BY available_at, id LIMIT ? FOR UPDATE SKIP LOCKED",
        {limit},
        [&](const mysql::Row& row) {
            keys.push_back({row.i64(0), row.u64(1)});
            rows.push_back(row_at(row, 2));
        }
    );
    if (!rows.empty()) {
        insert_job_rows(session, schema, rows);
        record_promoted(session, schema, rows);
        delete_delayed(session, schema, keys);
    }
    return rows.size();
}

// The rows beyond the cursor by KEY (id), read without locks: which of them are to be moved.
std::vector<JobRow> look_at(
    mysql::Session& session,
    const QueueSchema& schema,
    std::size_t limit,
    ShuntCursor& cursor,
    std::size_t& looked_at
) {
    std::vector<JobRow> far;
    session.query(
        "SELECT id, queue, priority,"
        " reserved_at IS NULL AND available_at > UNIX_TIMESTAMP() + ? FROM " +
            schema("jobs") + " FORCE INDEX (jobs_id) WHERE id > ? ORDER BY id LIMIT ?",
        {worth_moving_s, cursor.id, limit},
        [&](const mysql::Row& row) {
            ++looked_at;
            cursor.id = row.u64(0);
            if (row.i64(3) != 0) {
                far.push_back({row.u64(0), row.text(1), row.i64(2), {}, 0, 0, {}, 0, 0, 0, {}});
            }
        }
    );
    return far;
}

// By full PRIMARY (queue, priority, id), one row, exclusive, not waited for; READ COMMITTED.
void shunt_row(mysql::Session& session, const QueueSchema& schema, const JobRow& key) {
    const mysql::Params key_params{key.queue, key.priority, key.id};
    std::vector<JobRow> rows;
    session.query(
        std::string("SELECT available_at - UNIX_TIMESTAMP(), ") + row_columns + " FROM " +
            schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ? AND id = ?"
            " AND reserved_at IS NULL AND available_at > UNIX_TIMESTAMP() FOR UPDATE SKIP LOCKED",
        key_params,
        [&](const mysql::Row& row) {
            rows.push_back(row_at(row, 1));
            rows.back().delay_s = row.i64(0);
        }
    );
    if (rows.empty()) {
        return;
    }
    insert_job_rows(session, schema, rows);
    const JobRow& moved = rows.front();
    if (!moved.uuid.empty()) {
        run_moved(session, schema, moved.uuid, "scheduled", moved.id, moved.delay_s);
    }
    session.execute(
        "DELETE " + schema("jobs") + " FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ? AND id = ?",
        key_params
    );
}

} // namespace

std::size_t
promote_due(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::size_t limit) {
    std::size_t promoted = 0;
    while (promoted < limit) {
        const std::size_t step = std::min(limit - promoted, rows_max);
        const std::size_t moved =
            mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
                return promote_some(transaction, schema, step);
            });
        promoted += moved;
        if (moved < step) {
            break;
        }
    }
    return promoted;
}

std::size_t shunt_delayed(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ShuntCursor& cursor
) {
    std::size_t looked_at = 0;
    const std::vector<JobRow> far = [&] {
        const mysql::Pool::Handle connection = pool.acquire(deadline);
        return look_at(*connection, schema, limit, cursor, looked_at);
    }();
    for (std::size_t from = 0; from < far.size(); from += rows_max) {
        const std::size_t to = std::min(far.size(), from + rows_max);
        mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
            for (std::size_t i = from; i < to; ++i) {
                shunt_row(transaction, schema, far[i]);
            }
        });
    }
    if (looked_at == 0) {
        cursor = ShuntCursor();
    }
    return looked_at;
}

} // namespace bgerp::queue
