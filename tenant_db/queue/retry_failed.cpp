#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/job_ending.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_keys.hpp"
#include "tenant_db/queue/workflow_steps.hpp"

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

// A unique job takes its key again. False when another job has it now.
bool takes_key(mysql::Session& session, const QueueSchema& schema, const Envelope& envelope) {
    const UniqueHold& hold = *envelope.unique;
    const std::int64_t period_s = hold.until == UniqueRule::Until::period ? hold.period_s : 0;
    return take_key(session, schema, {hold.key, envelope.uuid, period_s});
}

// A unique job is looked for by its run, so it gets a new one if the old was pruned; whatever else
// was pruned, or has finished, the job runs without.
struct Adapted {
    bool new_run = false;
    NewJob run; // what a new one says
};

Adapted adapt(
    mysql::Transaction& session,
    const QueueSchema& schema,
    JobRow& job,
    const Result<Envelope>& envelope
) {
    Adapted adapted;
    const bool unique = (job.flags & flag_unique) != 0 && envelope && envelope->unique;
    if ((job.flags & flag_tracked) != 0 && !run_exists(session, schema, job.uuid)) {
        adapted.new_run = unique;
        job.flags &= unique ? ~0 : ~flag_tracked;
    }
    if (!envelope) {
        return adapted;
    }
    adapted.run.kind = envelope->kind;
    adapted.run.queue = job.queue;
    adapted.run.priority = job.priority;
    adapted.run.tags = envelope->tags;
    adapted.run.meta = envelope->meta;
    if (envelope->exceptions > 0) {
        job.payload = with_exceptions(job.payload, 0);
    }
    if (!envelope->chain_catch.is_null()) { // which was told already
        job.payload = without_catch(job.payload);
        job.flags &= envelope->chain.is_null() ? ~flag_chain : ~0;
    }
    if ((job.flags & flag_steps) != 0) {
        reopen_job_steps(session, schema, job.uuid);
    }
    if (envelope->workflow_step &&
        !step_goes_on(session, schema, *envelope->workflow_step, job.uuid)) {
        job.payload = without_workflow(job.payload);
        job.flags &= ~flag_workflow;
    }
    if (envelope->batch_id.empty()) {
        return adapted;
    }
    if (member_pending_again(session, schema, envelope->batch_id, job.uuid)) {
        job.flags |= flag_batch;
    } else {
        job.payload = without_batch(job.payload);
        job.flags &= ~flag_batch;
    }
    return adapted;
}

// False, and nothing written, when the job has a unique key that is another's now.
bool put_back(
    mysql::Transaction& session, const QueueSchema& schema, FailedRow failed, ToSettle& to_settle
) {
    const Result<Envelope> envelope = parse_envelope(failed.job.payload);
    const bool unique = (failed.job.flags & flag_unique) != 0 && envelope && envelope->unique;
    if (unique && !takes_key(session, schema, *envelope)) {
        return false;
    }
    const Adapted adapted = adapt(session, schema, failed.job, envelope);
    std::vector<JobRow> rows{std::move(failed.job)};
    insert_job_rows(session, schema, rows);
    const JobRow& row = rows.front();
    if ((row.flags & flag_workflow) != 0 && envelope && envelope->workflow_step) {
        to_settle.workflow_ids.insert(envelope->workflow_step->workflow_id);
    }
    const std::string ending = ending_of(row.flags, row.payload);
    if (adapted.new_run) {
        insert_runs(session, schema, {{&adapted.run, row.uuid, row.id, 0, ending}});
    } else if ((row.flags & flag_tracked) != 0) {
        run_restarted(session, schema, row.uuid, row.id, ending);
    }
    session.execute("DELETE FROM " + schema("failed_jobs") + " WHERE id = ?", {failed.id});
    return true;
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

std::uint64_t newest_id(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema) {
    return pool.acquire(deadline)
        ->query_one(
            "SELECT COALESCE(MAX(id), 0) FROM " + schema("failed_jobs"),
            {},
            [](const mysql::Row& row) { return row.u64(0); }
        )
        .value_or(0);
}

struct RetryStep {
    std::uint64_t last = 0; // id
    std::size_t looked_at = 0;
    std::size_t retried = 0;
    ToSettle to_settle;
};

// Along PRIMARY (id). What failed on a connection of Laravel's own is Laravel's to put back.
RetryStep retry_some(
    mysql::Transaction& session,
    const QueueSchema& schema,
    std::uint64_t after,
    std::uint64_t newest
) {
    RetryStep step;
    for (FailedRow& row : lock_failed(
             session,
             schema,
             " WHERE id > ? AND id <= ? AND connection = 'bgerp' ORDER BY id LIMIT ?",
             {after, newest, rows_max}
         )) {
        step.last = row.id;
        ++step.looked_at;
        step.retried += put_back(session, schema, std::move(row), step.to_settle) ? 1 : 0;
    }
    return step;
}

// The workflow of the job, if it goes on with it.
Result<ToSettle>
retry_one(mysql::Transaction& transaction, const QueueSchema& schema, const std::string& uuid) {
    // UNIQUE (uuid)
    auto failed = lock_failed(transaction, schema, " WHERE uuid = ?", {uuid});
    if (failed.empty()) {
        return fail(ErrorCode::not_found, "there is no such failed job", "uuid");
    }
    ToSettle to_settle;
    if (!put_back(transaction, schema, std::move(failed.front()), to_settle)) {
        return fail(ErrorCode::conflict, "another job has its unique key now", "unique");
    }
    return to_settle;
}

} // namespace

Result<std::size_t> retry_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
) {
    if (!uuid.empty()) {
        const auto retried = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return retry_one(t, schema, uuid);
        });
        if (!retried) {
            return tl::unexpected(retried.error());
        }
        settle_all(pool, deadline, schema, *retried);
        return 1U;
    }
    // One that fails again meanwhile waits for the next call; so does one whose key is taken.
    const std::uint64_t newest = newest_id(pool, deadline, schema);
    RetryStep step;
    std::size_t retried = 0;
    do {
        step = mysql::with_transaction(pool, deadline, [&, after = step.last](auto& transaction) {
            return retry_some(transaction, schema, after, newest);
        });
        settle_all(pool, deadline, schema, step.to_settle);
        retried += step.retried;
    } while (step.looked_at == rows_max);
    return retried;
}

} // namespace bgerp::queue
