#include "tenant_db/queue/prune.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/workflow.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 500; // of one transaction

void delete_by_text(
    mysql::Session& session,
    const std::string& table,
    const std::string& column,
    const std::vector<std::string>& values
) {
    mysql::Params params;
    add_padded(params, values);
    session.execute( // PRIMARY, or its first column; exclusive; READ COMMITTED
        "DELETE " + table + " FROM " + table + " FORCE INDEX (PRIMARY) WHERE " + column + " IN" +
            in_list(values.size()),
        params
    );
}

// PRIMARY (uuid), exclusive. One that was retried since it was read has ended no more, and stays.
void delete_ended_runs(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    JobOutcome outcome
) {
    mysql::Params params;
    add_padded(params, uuids);
    params.emplace_back(state_of(outcome));
    session.execute(
        "DELETE " + schema("job_run") + " FROM " + schema("job_run") +
            " FORCE INDEX (PRIMARY) WHERE uuid IN" + in_list(uuids.size()) + " AND outcome = ?",
        params
    );
}

std::vector<std::string>
ids_of(mysql::Session& session, const std::string& sql, const mysql::Params& params) {
    std::vector<std::string> ids;
    session.query(sql, params, [&](const mysql::Row& row) { ids.push_back(row.text(0)); });
    return ids;
}

// Repeats `step`, a transaction each, until it finds fewer rows than it may take, or the time is
// up: the rest is for another call.
template <class Step>
std::size_t in_steps(mysql::Pool& pool, Deadline deadline, Step step) {
    std::size_t all = 0;
    for (;;) {
        const std::size_t rows = mysql::with_transaction(pool, deadline, step);
        all += rows;
        if (rows < rows_max || deadline.passed()) {
            return all;
        }
    }
}

std::size_t prune_batches(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t seconds
) {
    return in_steps(pool, deadline, [&](mysql::Transaction& t) {
        // KEY job_batches_open (by_rows, finished_at), no locks. Laravel prunes its own.
        const std::vector<std::string> ids = ids_of(
            t,
            "SELECT id FROM " + schema("job_batches") +
                " FORCE INDEX (job_batches_open) WHERE by_rows = 1"
                " AND finished_at <= UNIX_TIMESTAMP() - ? LIMIT ?",
            {seconds, rows_max}
        );
        if (!ids.empty()) {
            delete_by_text(t, schema("job_batch_failed"), "batch_id", ids);
            delete_by_text(t, schema("job_batches"), "id", ids);
        }
        return ids.size();
    });
}

// A key whose period is over stands in nobody's way: whoever wants it takes it. Only room is saved.
void prune_keys(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema) {
    in_steps(pool, deadline, [&](mysql::Transaction& t) {
        // KEY job_unique_expiry (expires_at), no locks; then by PRIMARY, unless taken meanwhile.
        const std::vector<std::string> keys = ids_of(
            t,
            "SELECT HEX(unique_key) FROM " + schema("job_unique") +
                " FORCE INDEX (job_unique_expiry) WHERE expires_at BETWEEN 1"
                " AND UNIX_TIMESTAMP() - 1 LIMIT ?",
            {rows_max}
        );
        for (const std::string& key : keys) {
            t.execute(
                "DELETE FROM " + schema("job_unique") +
                    " WHERE unique_key = UNHEX(?) AND expires_at BETWEEN 1 AND UNIX_TIMESTAMP() - "
                    "1",
                {key}
            );
        }
        return keys.size();
    });
}

// What failed jobs had done whose rows somebody else removed (Laravel's own commands know nothing
// of job_step).
std::size_t
prune_steps(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t seconds) {
    return in_steps(pool, deadline, [&](mysql::Transaction& t) {
        // The whole of job_step, which is small, each row's job by failed_jobs' UNIQUE (uuid).
        const std::vector<std::string> uuids = ids_of(
            t,
            "SELECT DISTINCT s.job_uuid FROM " + schema("job_step") +
                " s WHERE s.failed_at > 0"
                " AND s.failed_at <= UNIX_TIMESTAMP() - ? AND NOT EXISTS (SELECT 1 FROM " +
                schema("failed_jobs") + " f WHERE f.uuid = s.job_uuid) LIMIT ?",
            {seconds, rows_max}
        );
        if (!uuids.empty()) {
            remove_job_steps(t, schema, uuids);
        }
        return uuids.size();
    });
}

// A page of failed_jobs beyond a row's id.
struct FailedPage {
    std::size_t rows = 0;
    std::uint64_t last_id = 0;
    std::vector<std::uint64_t> old;
    std::vector<std::string> old_with_steps;
};

// Along PRIMARY (id); rows that somebody retries at this moment are passed by, so that what they
// had done of their steps isn't taken from them. READ COMMITTED.
FailedPage read_failed(
    mysql::Session& session, const QueueSchema& schema, std::uint64_t after_id, std::int64_t age_s
) {
    FailedPage page;
    session.query(
        "SELECT id, uuid, flags, failed_at <= CURRENT_TIMESTAMP - INTERVAL ? SECOND FROM " +
            schema("failed_jobs") +
            " FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED",
        {age_s, after_id, rows_max},
        [&](const mysql::Row& row) {
            ++page.rows;
            page.last_id = row.u64(0);
            if (row.i64(3) == 0) {
                return;
            }
            page.old.push_back(row.u64(0));
            if ((row.i64(2) & flag_steps) != 0) {
                page.old_with_steps.push_back(row.text(1));
            }
        }
    );
    return page;
}

} // namespace

std::chrono::seconds Retention::of(JobOutcome outcome) const {
    switch (outcome) {
    case JobOutcome::failed:
        return failed;
    case JobOutcome::cancelled:
        return cancelled;
    case JobOutcome::completed:
        break;
    }
    return completed;
}

Retention retention_of(const QueueConfig& config) {
    Retention retention{std::chrono::hours(config.finished_keep_h)};
    const auto set = [](std::chrono::seconds& kept, std::int64_t hours) {
        if (hours > 0) {
            kept = std::chrono::hours(hours);
        }
    };
    set(retention.completed, config.completed_keep_h);
    set(retention.cancelled, config.cancelled_keep_h);
    set(retention.failed, config.failed_keep_h);
    if (config.failed_keep_h > 0) {
        retention.failed_jobs = std::chrono::hours(config.failed_keep_h);
    }
    return retention;
}

std::size_t prune_runs(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    JobOutcome outcome,
    std::chrono::seconds age
) {
    return in_steps(pool, deadline, [&](mysql::Transaction& t) {
        // KEY job_run_outcome (outcome, created_at), no locks: what ended before was made before.
        const std::vector<std::string> uuids = ids_of(
            t,
            "SELECT uuid FROM " + schema("job_run") +
                " FORCE INDEX (job_run_outcome) WHERE outcome = ?"
                " AND created_at <= UNIX_TIMESTAMP() - ? AND finished_at <= UNIX_TIMESTAMP() - ?"
                " LIMIT ?",
            {state_of(outcome), age.count(), age.count(), rows_max}
        );
        if (!uuids.empty()) {
            delete_ended_runs(t, schema, uuids, outcome);
        }
        return uuids.size();
    });
}

// Rows fail in the order of their ids, near enough: a page without an old one is the end.
std::size_t flush_failed(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::chrono::seconds age
) {
    std::size_t flushed = 0;
    std::uint64_t after_id = 0;
    for (;;) {
        const auto page = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            FailedPage found = read_failed(t, schema, after_id, age.count());
            remove_job_steps(t, schema, found.old_with_steps);
            if (!found.old.empty()) {
                mysql::Params params;
                add_padded(params, found.old);
                t.execute( // PRIMARY (id), exclusive
                    "DELETE " + schema("failed_jobs") + " FROM " + schema("failed_jobs") +
                        " FORCE INDEX (PRIMARY) WHERE id IN" + in_list(found.old.size()),
                    params
                );
            }
            return found;
        });
        flushed += page.old.size();
        after_id = page.last_id;
        if (page.old.empty() || page.rows < rows_max || deadline.passed()) {
            return flushed;
        }
    }
}

std::size_t prune_finished(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const Retention& retention
) {
    prune_keys(pool, deadline, schema);
    std::size_t pruned = 0;
    for (const JobOutcome outcome :
         {JobOutcome::completed, JobOutcome::failed, JobOutcome::cancelled}) {
        pruned += prune_runs(pool, deadline, schema, outcome, retention.of(outcome));
    }
    if (retention.failed_jobs) {
        pruned += flush_failed(pool, deadline, schema, *retention.failed_jobs);
    }
    const std::int64_t other_s = retention.other.count();
    prune_steps(pool, deadline, schema, other_s);
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(retention.other).count();
    return pruned + prune_batches(pool, deadline, schema, other_s) +
           prune_workflows(pool, deadline, schema, hours);
}

} // namespace bgerp::queue
