#include "tenant_db/queue/foreign_ends.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

constexpr std::size_t runs_max = 100;         // of one transaction
constexpr std::size_t suspects_max = 100'000; // held in memory; the rest is met in a later round

struct OpenRun {
    std::string uuid;
    std::uint64_t job_id = 0;
    std::string batch_id; // empty: none
};

// The next runs of KEY job_run_outcome (outcome, created_at, uuid), and whether each has its row in
// jobs, by KEY (id). One statement, so one snapshot: the queue's own verbs move row and run
// together, and never show one without the other. No locks; READ COMMITTED.
std::vector<OpenRun> runs_without_row(
    mysql::Session& session,
    const QueueSchema& schema,
    std::size_t limit,
    ForeignCursor& cursor,
    std::size_t& looked_at
) {
    std::vector<OpenRun> found;
    const std::int64_t from = cursor.created_at;
    const std::string uuid = cursor.uuid;
    session.query(
        "SELECT run.uuid, run.job_id, run.batch_id, run.created_at,"
        " run.state IN ('available', 'running') AND job.id IS NULL FROM"
        " (SELECT uuid, job_id, batch_id, created_at, state FROM " +
            schema("job_run") +
            " FORCE INDEX (job_run_outcome) WHERE outcome = 'open'"
            " AND (created_at > ? OR (created_at = ? AND uuid > ?))"
            " ORDER BY created_at, uuid LIMIT ?) AS run LEFT JOIN " +
            schema("jobs") +
            " AS job FORCE INDEX (jobs_id) ON job.id = run.job_id"
            " ORDER BY run.created_at, run.uuid",
        {from, from, uuid, limit},
        [&](const mysql::Row& row) {
            ++looked_at;
            cursor.uuid = row.text(0);
            cursor.created_at = row.i64(3);
            if (row.i64(4) != 0) {
                found.push_back({row.text(0), row.u64(1), row.optional_text(2).value_or("")});
            }
        }
    );
    return found;
}

// Those seen without a row before; the others are remembered for the next look.
std::vector<OpenRun> seen_twice(std::vector<OpenRun> found, ForeignCursor& cursor) {
    std::vector<OpenRun> twice;
    for (OpenRun& run : found) {
        if (cursor.suspects.erase(run.uuid) > 0) {
            twice.push_back(std::move(run));
        } else if (cursor.suspects.size() < suspects_max) {
            cursor.suspects.insert(run.uuid);
        }
    }
    return twice;
}

// As far as the run knows them.
std::int64_t flags_of(const OpenRun& run) {
    return run.batch_id.empty() ? flag_tracked : flag_tracked | flag_batch;
}

// A row that Laravel put back: in jobs, or where shunt_delayed moved it from there.
struct NewRow {
    bool delayed = false;
    std::string queue;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
    std::int64_t available_at = 0;
    std::int64_t delay_s = 0;
};

using NewRows = std::map<std::string, NewRow>; // by uuid

// Such a row is younger, has attempts and no flags, and its payload begins as ours do. jobs by a
// walk of KEY (id) from the oldest of the runs' rows on, job_delayed as a whole; no locks.
void find_rows(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    std::optional<std::uint64_t> oldest,
    NewRows& rows
) {
    mysql::Params params;
    if (oldest) {
        params.emplace_back(*oldest);
    }
    add_padded(params, uuids);
    session.query(
        "SELECT SUBSTRING(payload, 10, 36), queue, priority, id, available_at,"
        " GREATEST(CAST(available_at AS SIGNED) - UNIX_TIMESTAMP(), 0) FROM " +
            (oldest ? schema("jobs") + " FORCE INDEX (jobs_id) WHERE id > ? AND"
                    : schema("job_delayed") + " WHERE") +
            " flags = 0 AND attempts > 0 AND SUBSTRING(payload, 10, 36) IN" + in_list(uuids.size()),
        params,
        [&](const mysql::Row& row) {
            rows[row.text(0)] =
                {!oldest, row.text(1), row.i64(2), row.u64(3), row.i64(4), row.i64(5)};
        }
    );
}

NewRows rows_put_back(
    mysql::Session& session, const QueueSchema& schema, const std::vector<OpenRun>& runs
) {
    std::uint64_t oldest = UINT64_MAX;
    std::vector<std::string> uuids;
    for (const OpenRun& run : runs) {
        oldest = std::min(oldest, run.job_id);
        uuids.push_back(run.uuid);
    }
    NewRows rows;
    find_rows(session, schema, uuids, std::nullopt, rows);
    find_rows(session, schema, uuids, oldest, rows);
    return rows;
}

// By full primary key, one row, exclusive; before any row of job_run is locked.
bool track_again(
    mysql::Session& session, const QueueSchema& schema, const OpenRun& run, const NewRow& row
) {
    const std::int64_t flags = flags_of(run);
    if (row.delayed) {
        return session.execute(
                   "UPDATE " + schema("job_delayed") +
                       " FORCE INDEX (PRIMARY) SET flags = ?"
                       " WHERE available_at = ? AND id = ? AND flags = 0",
                   {flags, row.available_at, row.id}
               ) == 1;
    }
    return session.execute(
               "UPDATE " + schema("jobs") +
                   " FORCE INDEX (PRIMARY) SET flags = ?"
                   " WHERE queue = ? AND priority = ? AND id = ? AND flags = 0",
               {flags, row.queue, row.priority, row.id}
           ) == 1;
}

// PRIMARY (uuid), one row, exclusive: true when it is still open and still that row's.
bool lock_open_run(mysql::Session& session, const QueueSchema& schema, const OpenRun& run) {
    return session
        .query_one(
            "SELECT 1 FROM " + schema("job_run") +
                " FORCE INDEX (PRIMARY) WHERE uuid = ? AND outcome = 'open' AND job_id = ?"
                " FOR UPDATE",
            {run.uuid, run.job_id},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

bool has_failed(mysql::Session& session, const QueueSchema& schema, const OpenRun& run) {
    return session
        .query_one( // UNIQUE (uuid), no lock
            "SELECT 1 FROM " + schema("failed_jobs") + " WHERE uuid = ?",
            {run.uuid},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

ToSettle
record_end(mysql::Transaction& transaction, const QueueSchema& schema, const OpenRun& run) {
    EndedJob ended;
    ended.flags = flags_of(run);
    ended.outcome =
        has_failed(transaction, schema, run) ? JobOutcome::failed : JobOutcome::completed;
    ended.uuid = run.uuid;
    ended.batch_id = run.batch_id;
    ToSettle to_settle = record_ends(transaction, schema, {ended});
    transaction.execute( // PRIMARY (uuid), locked before
        "UPDATE " + schema("job_run") +
            " SET progress_message = 'ended by another system' WHERE uuid = ?",
        {run.uuid}
    );
    return to_settle;
}

ToSettle settle_some(
    mysql::Transaction& session, const QueueSchema& schema, const std::vector<OpenRun>& runs
) {
    ToSettle to_settle;
    const NewRows put_back = rows_put_back(session, schema, runs);
    for (const OpenRun& run : runs) {
        const auto row = put_back.find(run.uuid);
        if (row != put_back.end()) {
            const NewRow& now = row->second;
            if (track_again(session, schema, run, now) && lock_open_run(session, schema, run)) {
                const char* const state = now.delayed ? "retryable" : "available";
                run_moved(session, schema, run.uuid, state, now.id, now.delay_s);
            }
        } else if (lock_open_run(session, schema, run)) {
            to_settle.add(record_end(session, schema, run));
        }
    }
    return to_settle;
}

} // namespace

std::size_t settle_foreign_ends(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ForeignCursor& cursor
) {
    std::size_t looked_at = 0;
    const std::vector<OpenRun> runs = seen_twice(
        runs_without_row(*pool.acquire(deadline), schema, limit, cursor, looked_at),
        cursor
    );
    for (std::size_t from = 0; from < runs.size(); from += runs_max) {
        const auto first = runs.begin() + static_cast<std::ptrdiff_t>(from);
        const std::vector<OpenRun> some(
            first,
            first + static_cast<std::ptrdiff_t>(std::min(runs_max, runs.size() - from))
        );
        const auto to_settle = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return settle_some(t, schema, some);
        });
        settle_all(pool, deadline, schema, to_settle);
    }
    if (looked_at == 0) {
        cursor.created_at = 0;
        cursor.uuid.clear();
    }
    return looked_at;
}

} // namespace bgerp::queue
