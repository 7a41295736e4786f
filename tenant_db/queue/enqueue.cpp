#include "tenant_db/queue/enqueue.hpp"

#include "base/ids.hpp"
#include "base/mysql/error.hpp"
#include "base/utf8.hpp"
#include "tenant_db/queue/chain.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/sealed_args.hpp"
#include "tenant_db/queue/unique_push.hpp"
#include "tenant_db/queue/unique_rule.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 255;   // the columns' length
constexpr int args_depth_max = json_depth_max - 2; // the envelope is a level of its own
constexpr int meta_depth_max = 8;                  // free, but no second args

bool is_name(const std::string& text) {
    return !text.empty() && !utf8_error_at(text) && utf8_length(text) <= name_characters_max;
}

bool nests_deeper_than(const Json& value, int depth_max) {
    if (!value.is_structured()) {
        return false;
    }
    if (depth_max == 0) {
        return true;
    }
    for (const Json& member : value) {
        if (nests_deeper_than(member, depth_max - 1)) {
            return true;
        }
    }
    return false;
}

Result<void> check_fields(const NewJob& job, int depth_max) {
    if (!is_name(job.kind)) {
        return fail(
            ErrorCode::invalid_argument,
            "a job's kind is a name of 1 to 255 characters",
            "kind"
        );
    }
    if (!is_name(job.queue)) {
        return fail(
            ErrorCode::invalid_argument,
            "a queue has a name of 1 to 255 characters",
            "queue"
        );
    }
    if (job.priority < INT16_MIN || job.priority > INT16_MAX) {
        return fail(
            ErrorCode::invalid_argument,
            "a priority is between -32768 and 32767",
            "priority"
        );
    }
    if (job.delay.count() < 0 || job.delay.count() > delay_s_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a delay is between nothing and ten years",
            "delay"
        );
    }
    if (nests_deeper_than(job.args, depth_max)) {
        return fail(ErrorCode::invalid_argument, "the job's args nest too deep", "args");
    }
    if (!job.uuid.empty() && !is_uuid(job.uuid)) {
        return fail(ErrorCode::invalid_argument, "not a UUID", "uuid");
    }
    if (!job.limit_key.empty() && !is_name(job.limit_key)) {
        return fail(
            ErrorCode::invalid_argument,
            "a limit key has at most 255 characters",
            "limit_key"
        );
    }
    if (!job.batch_id.empty() && !is_uuid(job.batch_id)) {
        return fail(ErrorCode::invalid_argument, "not a batch's id", "batch_id");
    }
    if (!job.meta.is_null() && !job.meta.is_object()) {
        return fail(ErrorCode::invalid_argument, "a job's meta is a JSON object", "meta");
    }
    if (nests_deeper_than(job.meta, meta_depth_max)) {
        return fail(ErrorCode::invalid_argument, "the job's meta nests too deep", "meta");
    }
    if (job.encrypted && !is_sealed(job.args)) {
        return fail(ErrorCode::invalid_argument, "the job's args are not sealed", "args");
    }
    return check_unique(job);
}

// Links stand two levels deeper in the envelope than the job's own args.
Result<void> check_all(const NewJob& job) {
    return check_fields(job, args_depth_max).and_then([&] {
        return check_chain(job, [](const NewJob& link) {
            return check_fields(link, args_depth_max - 2);
        });
    });
}

Result<void> check_size(const std::string& payload, const EnqueueLimits& limits) {
    if (static_cast<std::int64_t>(payload.size()) > limits.payload_bytes_max) {
        return fail(
            ErrorCode::too_large,
            "a job's payload has at most " + std::to_string(limits.payload_bytes_max) + " bytes",
            "args"
        );
    }
    return {};
}

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
        if (const Result<void> checked = check_all(job); !checked) {
            return tl::unexpected(checked.error());
        }
        JobRow row;
        row.uuid = job.uuid.empty() ? new_uuid() : job.uuid;
        row.queue = job.queue;
        row.priority = job.priority;
        row.delay_s = job.delay.count();
        row.flags = flags_of(job);
        row.payload = compose_envelope(job, row.uuid);
        if (const Result<void> fits = check_size(row.payload, limits); !fits) {
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
            runs.push_back({plan.jobs[i], row.uuid, row.id, row.delay_s});
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
    return check_all(job).and_then([&] {
        return check_size(compose_envelope(job, job.uuid), limits);
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
