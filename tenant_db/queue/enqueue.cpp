#include "tenant_db/queue/enqueue.hpp"

#include "base/ids.hpp"
#include "base/mysql/error.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_check.hpp"
#include "tenant_db/queue/job_ending.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_push.hpp"

namespace bgerp::queue {

namespace {

std::int64_t flags_of(const NewJob& job) {
    std::int64_t flags = 0;
    if (job.tracked) {
        flags |= flag_tracked;
    }
    if (!job.batch_id.empty()) {
        flags |= flag_batch;
    }
    if (job.unique) {
        flags |= flag_unique;
    }
    if (!job.chain.empty() || !job.chain_catch.empty()) {
        flags |= flag_chain;
    }
    if (job.workflow_step) {
        flags |= flag_workflow;
    }
    return flags;
}

Result<std::vector<JobRow>> rows_of(const std::vector<NewJob>& jobs, const EnqueueLimits& limits) {
    std::vector<JobRow> rows;
    rows.reserve(jobs.size());
    for (const NewJob& job : jobs) {
        if (const Result<void> checked = check_new_job(job); !checked) {
            return tl::unexpected(checked.error());
        }
        JobRow row;
        row.uuid = job.uuid.empty() ? new_uuid() : job.uuid;
        row.queue = job.queue;
        row.priority = job.priority;
        row.delay_s = job.delay.count();
        row.flags = flags_of(job);
        row.payload = compose_envelope(job, row.uuid);
        if (const Result<void> fits = check_payload_size(row.payload, limits); !fits) {
            return tl::unexpected(fits.error());
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

// The jobs that are to be inserted, each with its row.
struct Plan {
    std::vector<const NewJob*> jobs;
    std::vector<JobRow> rows;
};

Plan plan_of(
    const std::vector<NewJob>& jobs, std::vector<JobRow> rows, const std::vector<Pushed>& pushed
) {
    Plan plan;
    plan.jobs.reserve(jobs.size());
    plan.rows.reserve(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (pushed[i].how == Pushed::How::added || pushed[i].how == Pushed::How::follows) {
            plan.jobs.push_back(&jobs[i]);
            plan.rows.push_back(std::move(rows[i]));
        }
    }
    return plan;
}

void record_runs(mysql::Session& session, const QueueSchema& schema, const Plan& plan) {
    std::vector<NewRun> runs;
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        if (plan.jobs[i]->tracked) {
            const JobRow& row = plan.rows[i];
            runs.push_back(
                {plan.jobs[i], row.uuid, row.id, row.delay_s, ending_of(row.flags, row.payload)}
            );
        }
    }
    insert_runs(session, schema, runs);
}

// INSERT IGNORE: locks the new entries of PRIMARY (batch_id, job_uuid), READ COMMITTED; a member
// that is pending already stays one.
void record_members(mysql::Session& session, const QueueSchema& schema, const Plan& plan) {
    mysql::Params members;
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        if (!plan.jobs[i]->batch_id.empty()) {
            members.emplace_back(plan.jobs[i]->batch_id);
            members.emplace_back(plan.rows[i].uuid);
        }
    }
    for (std::size_t from = 0; from < members.size();) {
        const std::size_t count = rows_per_statement((members.size() - from) / 2);
        const auto first = members.begin() + static_cast<std::ptrdiff_t>(from);
        session.execute(
            "INSERT IGNORE INTO " + schema("job_batch_pending") + " (batch_id, job_uuid) VALUES " +
                repeated("(?,?)", count),
            mysql::Params(first, first + static_cast<std::ptrdiff_t>(2 * count))
        );
        from += 2 * count;
    }
}

Result<void> write(mysql::Transaction& transaction, const QueueSchema& schema, Plan plan) {
    try {
        insert_job_rows(transaction, schema, plan.rows);
        record_runs(transaction, schema, plan);
    } catch (const mysql::DatabaseError& error) {
        if (error.error_class() == mysql::ErrorClass::duplicate_key) {
            return fail(ErrorCode::conflict, "a job with this uuid exists", "uuid", error.what());
        }
        throw;
    }
    record_members(transaction, schema, plan);
    return {};
}

} // namespace

Result<void> check_job(const NewJob& job, const EnqueueLimits& limits) {
    return check_new_job(job).and_then([&] {
        return check_payload_size(compose_envelope(job, job.uuid), limits);
    });
}

Result<std::string> enqueue(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    const EnqueueLimits& limits
) {
    return enqueue_many(transaction, schema, {job}, limits).map([](std::vector<std::string> uuids) {
        return std::move(uuids.front());
    });
}

Result<std::vector<std::string>> enqueue_many(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const EnqueueLimits& limits
) {
    return push_many(transaction, schema, jobs, limits).map([](std::vector<Pushed> pushed) {
        std::vector<std::string> uuids;
        uuids.reserve(pushed.size());
        for (Pushed& one : pushed) {
            uuids.push_back(std::move(one.uuid));
        }
        return uuids;
    });
}

Result<std::vector<Pushed>> push_many(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const EnqueueLimits& limits
) {
    Result<std::vector<JobRow>> rows = rows_of(jobs, limits);
    if (!rows) {
        return tl::unexpected(rows.error());
    }
    Result<std::vector<Pushed>> pushed = claim_keys(transaction, schema, jobs, *rows);
    if (!pushed) {
        return pushed;
    }
    if (auto done = write(transaction, schema, plan_of(jobs, std::move(*rows), *pushed)); !done) {
        return tl::unexpected(std::move(done.error()));
    }
    return pushed;
}

Result<Pushed> push_one(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const NewJob& job,
    const EnqueueLimits& limits
) {
    if (flags_of(job) != 0) {
        return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
            return push_many(transaction, schema, {job}, limits).map([](auto pushed) {
                return std::move(pushed.front());
            });
        });
    }
    return rows_of({job}, limits).map([&](std::vector<JobRow> rows) {
        mysql::run_statement(pool, deadline, [&](mysql::Session& session) {
            insert_job_rows(session, schema, rows);
        });
        return Pushed{rows.front().uuid};
    });
}

const char* how_name(Pushed::How how) {
    switch (how) {
    case Pushed::How::existing:
        return "existing";
    case Pushed::How::replaced:
        return "replaced";
    case Pushed::How::follows:
        return "follows";
    case Pushed::How::added:
        break;
    }
    return "added";
}

} // namespace bgerp::queue
