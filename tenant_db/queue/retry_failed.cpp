#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 100; // of one transaction

struct FailedRow {
    std::uint64_t id = 0;
    JobRow job;
};

constexpr const char* columns = "SELECT id, uuid, queue, payload, priority, flags FROM ";

FailedRow failed_row(const mysql::Row& row) {
    FailedRow failed;
    failed.id = row.u64(0);
    failed.job.uuid = row.text(1);
    failed.job.queue = row.text(2);
    failed.job.payload = row.text(3);
    failed.job.priority = row.i64(4);
    failed.job.flags = row.i64(5);
    return failed;
}

// What held when it failed may not hold any more: its run pruned, its batch finished. Then it runs
// without them.
void adapt(mysql::Session& session, const QueueSchema& schema, JobRow& job) {
    if ((job.flags & flag_tracked) != 0 && !run_exists(session, schema, job.uuid)) {
        job.flags &= ~flag_tracked;
    }
    const Result<Envelope> envelope = parse_envelope(job.payload);
    if (!envelope) {
        return;
    }
    if (envelope->exceptions > 0) {
        job.payload = with_exceptions(job.payload, 0);
    }
    if (envelope->batch_id.empty()) {
        return;
    }
    if (member_pending_again(session, schema, envelope->batch_id, job.uuid)) {
        job.flags |= flag_batch;
    } else {
        job.payload = without_batch(job.payload);
        job.flags &= ~flag_batch;
    }
}

void put_back(mysql::Session& session, const QueueSchema& schema, FailedRow failed) {
    adapt(session, schema, failed.job);
    std::vector<JobRow> rows{std::move(failed.job)};
    insert_job_rows(session, schema, rows);
    if ((rows.front().flags & flag_tracked) != 0) {
        run_restarted(session, schema, rows.front().uuid, rows.front().id);
    }
    session.execute("DELETE FROM " + schema("failed_jobs") + " WHERE id = ?", {failed.id});
}

// Locks the rows it returns exclusively; READ COMMITTED.
std::vector<FailedRow> lock_failed(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& condition,
    const mysql::Params& params
) {
    std::vector<FailedRow> found;
    session.query(
        columns + schema("failed_jobs") + condition + " FOR UPDATE",
        params,
        [&](const mysql::Row& row) { found.push_back(failed_row(row)); }
    );
    return found;
}

std::size_t
retry_rows(mysql::Session& session, const QueueSchema& schema, std::vector<FailedRow> failed) {
    for (FailedRow& row : failed) {
        put_back(session, schema, std::move(row));
    }
    return failed.size();
}

std::uint64_t newest_id(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema) {
    return pool.acquire(deadline)
        ->query_one(
            "SELECT COALESCE(MAX(id), 0) FROM " + schema("failed_jobs"),
            {},
            [](const mysql::Row& row) { return row.u64(0); }
        )
        .value_or(0);
}

} // namespace

Result<std::size_t> retry_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
) {
    if (!uuid.empty()) {
        return mysql::with_transaction(
            pool,
            deadline,
            [&](mysql::Transaction& t) -> Result<std::size_t> {
                // UNIQUE (uuid)
                auto failed = lock_failed(t, schema, " WHERE uuid = ?", {uuid});
                if (failed.empty()) {
                    return fail(ErrorCode::not_found, "there is no such failed job", "uuid");
                }
                return retry_rows(t, schema, std::move(failed));
            }
        );
    }
    // One that fails again meanwhile waits for the next call.
    const std::uint64_t newest = newest_id(pool, deadline, schema);
    std::size_t retried = 0;
    for (;;) {
        const std::size_t step =
            mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
                // Along PRIMARY (id). What failed on a connection of Laravel's own is Laravel's
                // to put back.
                auto failed = lock_failed(
                    t,
                    schema,
                    " WHERE id <= ? AND connection = 'bgerp' ORDER BY id LIMIT ?",
                    {newest, rows_max}
                );
                return retry_rows(t, schema, std::move(failed));
            });
        retried += step;
        if (step < rows_max) {
            return retried;
        }
    }
}

} // namespace bgerp::queue
