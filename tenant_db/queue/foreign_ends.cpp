#include "tenant_db/queue/foreign_ends.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/foreign_rows.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/job_ending.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>

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
// jobs or, while a limit holds it back, in job_blocked, by KEY (id). One statement, so one
// snapshot: the queue's own verbs move row and run together, and never show one without the other.
// No locks; READ COMMITTED.
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
        " run.state IN ('available', 'running') AND job.id IS NULL AND held.id IS NULL FROM"
        " (SELECT uuid, job_id, batch_id, created_at, state FROM " +
            schema("job_run") +
            " FORCE INDEX (job_run_outcome) WHERE outcome = 'open'"
            " AND (created_at > ? OR (created_at = ? AND uuid > ?))"
            " ORDER BY created_at, uuid LIMIT ?) AS run LEFT JOIN " +
            schema("jobs") + " AS job FORCE INDEX (jobs_id) ON job.id = run.job_id LEFT JOIN " +
            schema("job_blocked") +
            " AS held FORCE INDEX (job_blocked_id) ON held.id = run.job_id"
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

// What the record says of the job, whose payload is gone.
struct Known {
    std::string queue;
    std::string kind;
    std::string ending;
};

// PRIMARY (uuid), no lock: as long as the record is of that row, none of it changes.
std::optional<Known>
read_known(mysql::Session& session, const QueueSchema& schema, const OpenRun& run) {
    return session.query_one(
        "SELECT queue, kind, ending FROM " + schema("job_run") +
            " FORCE INDEX (PRIMARY) WHERE uuid = ? AND outcome = 'open' AND job_id = ?",
        {run.uuid, run.job_id},
        [](const mysql::Row& row) {
            return Known{row.text(0), row.text(1), row.optional_text(2).value_or("")};
        }
    );
}

// As far as they can be known.
std::int64_t flags_of(const OpenRun& run, const Known& known) {
    std::int64_t flags = flag_tracked | ending_flags(known.ending);
    if (!run.batch_id.empty()) {
        flags |= flag_batch;
    }
    return flags;
}

// PRIMARY (uuid), one row, exclusive: true when it is still open and still that row's. So of two
// who found the same end, one alone records it.
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

// UNIQUE (uuid), one row, exclusive; before any row of job_run, as where jobs are retried. The
// failure's text, or its beginning.
std::optional<std::string>
lock_failure(mysql::Session& session, const QueueSchema& schema, const OpenRun& run) {
    constexpr std::int64_t characters_max = 2000;
    return session.query_one(
        "SELECT LEFT(exception, ?) FROM " + schema("failed_jobs") + " WHERE uuid = ? FOR UPDATE",
        {characters_max, run.uuid},
        [](const mysql::Row& row) { return row.text(0); }
    );
}

struct Settled {
    ToSettle to_settle;
    StatCells counted;
};

// The end and all that follows from it within the transaction.
void record_end(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const OpenRun& run,
    const Known& known,
    Settled& settled
) {
    const std::optional<std::string> failure = lock_failure(transaction, schema, run);
    if (!lock_open_run(transaction, schema, run)) {
        return;
    }
    EndedJob ended;
    ended.flags = flags_of(run, known);
    ended.outcome = failure ? JobOutcome::failed : JobOutcome::completed;
    ended.payload = known.ending;
    ended.uuid = run.uuid;
    ended.batch_id = run.batch_id;
    if (failure) {
        ended.error = *failure;
    }
    settled.to_settle.add(record_ends(transaction, schema, {ended}));
    transaction.execute( // PRIMARY (uuid), locked before
        "UPDATE " + schema("job_run") +
            " SET progress_message = 'ended by another system' WHERE uuid = ?",
        {run.uuid}
    );
    if (failure) { // locked before; retried, it is what it was, which Laravel doesn't write
        transaction.execute(
            "UPDATE " + schema("failed_jobs") + " SET flags = ? WHERE uuid = ? AND flags = 0",
            {ended.flags, run.uuid}
        );
    }
    count_end(
        settled.counted,
        {known.queue, known.kind},
        failure ? Verdict::fail : Verdict::complete,
        std::nullopt
    );
}

void take_back(
    mysql::Session& session,
    const QueueSchema& schema,
    const OpenRun& run,
    const Known& known,
    const NewRow& row
) {
    if (flag_row(session, schema, row, flags_of(run, known)) &&
        lock_open_run(session, schema, run)) {
        const bool delayed = row.place == NewRow::Place::delayed;
        const char* const state = delayed ? "retryable" : "available";
        run_moved(session, schema, run.uuid, state, row.id, delayed ? row.delay_s : 0);
    }
}

Settled settle_some(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<OpenRun>& runs
) {
    std::uint64_t oldest = UINT64_MAX;
    std::vector<std::string> uuids;
    for (const OpenRun& run : runs) {
        oldest = std::min(oldest, run.job_id);
        uuids.push_back(run.uuid);
    }
    const NewRows put_back = rows_put_back(transaction, schema, uuids, oldest);
    Settled settled;
    for (const OpenRun& run : runs) {
        const std::optional<Known> known = read_known(transaction, schema, run);
        const auto row = put_back.find(run.uuid);
        if (!known) {
            continue; // somebody else recorded its end
        }
        if (row == put_back.end()) {
            record_end(transaction, schema, run, *known, settled);
        } else {
            take_back(transaction, schema, run, *known, row->second);
        }
    }
    return settled;
}

} // namespace

std::size_t settle_foreign_ends(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ForeignCursor& cursor,
    StatCells& counted
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
        const Settled settled = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return settle_some(t, schema, some);
        });
        add_cells(counted, settled.counted);
        settle_all(pool, deadline, schema, settled.to_settle);
    }
    if (looked_at == 0) {
        cursor.created_at = 0;
        cursor.uuid.clear();
    }
    return looked_at;
}

} // namespace bgerp::queue
