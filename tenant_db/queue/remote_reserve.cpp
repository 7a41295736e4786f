#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/end_attempt.hpp"
#include "tenant_db/queue/owner.hpp"
#include "tenant_db/queue/remote_work.hpp"
#include "tenant_db/queue/workflow.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// Due jobs that one call moves; the next one, or a worker's sweep, moves more.
constexpr std::size_t promote_limit = 100;

// Claims of which nothing may begin (a cancelled batch, say) until the caller has to ask again.
constexpr int claims_max = 10;

// Payloads of one answer: what goes beyond is given back, at least one job is given out.
constexpr std::size_t answer_bytes_max = 4UL * 1024 * 1024;

} // namespace

RemoteWork::RemoteWork(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const RemoteRules& rules,
    const Clock& clock
)
    : pool_(pool)
    , deadline_(deadline)
    , schema_(schema)
    , rules_(rules)
    , clock_(clock) {}

RemoteClaim RemoteWork::reserve(const RemoteOrder& order) {
    const Look seen = look(order.queue);
    if (seen.paused) {
        return {{}, true};
    }
    if (seen.due) {
        promote_due(pool_, deadline_, schema_, promote_limit);
    }
    if (!seen.due && !seen.jobs && !seen.held) {
        return {};
    }
    std::optional<RemoteLimits> limits;
    if (seen.limited || seen.held) {
        limits.emplace(pool_, deadline_, schema_, rules_.lease.lease_s, order.queue);
        auto jobs = admit_all(limits->take_parked(new_owner(), order.limit));
        if (!jobs.empty()) {
            return {std::move(jobs), false};
        }
        if (!seen.jobs && !seen.due && !limits->returned_some()) {
            return {};
        }
    }
    return {claim(order, limits ? &*limits : nullptr), false};
}

std::vector<RemoteJob> RemoteWork::claim(const RemoteOrder& order, RemoteLimits* limits) {
    const std::uint64_t owner = new_owner();
    ClaimCursor cursor;
    std::vector<RemoteJob> jobs;
    for (int round = 0; round < claims_max && jobs.empty(); ++round) {
        std::vector<ReservedJob> reserved = queue::reserve(
            pool_,
            deadline_,
            schema_,
            order.queue,
            order.limit,
            owner,
            rules_.lease,
            cursor
        );
        if (reserved.empty()) {
            break;
        }
        Reserved admitted;
        if (limits != nullptr) {
            admitted = limits->admit(std::move(reserved));
        } else {
            for (ReservedJob& job : reserved) {
                admitted.push_back({std::move(job), {}});
            }
        }
        jobs = admit_all(std::move(admitted));
    }
    return jobs;
}

// The renewal tells whose cancelling was asked for while another worker had it.
std::vector<RemoteJob> RemoteWork::admit_all(Reserved reserved) {
    std::vector<RemoteJob> jobs;
    if (reserved.empty()) {
        return jobs;
    }
    std::vector<const ReservedJob*> pointers;
    for (const auto& admitted : reserved) {
        pointers.push_back(&admitted.job);
    }
    const RenewOutcome renewed = renew_leases(pool_, deadline_, schema_, pointers);
    const std::int64_t now_s = database_now();
    const auto holds = [](const std::vector<std::size_t>& indexes, std::size_t index) {
        return std::find(indexes.begin(), indexes.end(), index) != indexes.end();
    };
    std::vector<const ReservedJob*> too_many;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < reserved.size(); ++i) {
        const RemotePass pass = reserved[i].pass;
        if (!holds(renewed.lost, i)) {
            bytes += reserved[i].job.payload.size();
            if (bytes > answer_bytes_max && !jobs.empty()) {
                too_many.push_back(&reserved[i].job);
            } else if (auto job = admit(std::move(reserved[i]), now_s, holds(renewed.cancel, i))) {
                jobs.push_back(std::move(*job));
                continue;
            }
        }
        return_pass(pool_, deadline_, schema_, pass);
    }
    release_if_mine(pool_, deadline_, schema_, too_many);
    return jobs;
}

std::optional<RemoteJob>
RemoteWork::admit(RemoteLimits::Admitted reserved, std::int64_t now_s, bool cancelled) {
    ReservedJob& job = reserved.job;
    auto envelope = parse_envelope(job.payload);
    if (!envelope || envelope_uuid(job.payload).empty()) { // a remote worker names jobs by uuid
        const std::string why = envelope ? "it has no uuid" : envelope.error().message;
        refuse(job, {}, {Verdict::fail, 0, "unreadable payload: " + why});
        return std::nullopt;
    }
    AttemptFacts facts{job.fence.attempts, job.rescues, job.interruptions, now_s};
    facts.cancelled = cancelled;
    facts.batch_cancelled = (job.flags & flag_batch) != 0 && !envelope->batch_id.empty() &&
                            batch_cancelled(*pool_.acquire(deadline_), schema_, envelope->batch_id);
    if ((job.flags & flag_workflow) != 0 && envelope->workflow_step) {
        auto step = step_start(*pool_.acquire(deadline_), schema_, *envelope->workflow_step);
        facts.workflow_stopped = step && step->stopped;
        if (step && envelope->args.is_object()) {
            envelope->args["workflow"] = std::move(step->input);
        }
    }
    const Decision start = decide_start(*envelope, facts, rules_.attempts);
    if (start.verdict != Verdict::run) {
        refuse(job, *envelope, start);
        return std::nullopt;
    }
    const std::int64_t timeout_s = envelope->timeout_s.value_or(0);
    RemoteLease lease{job.key, job.fence, timeout_s > 0 ? now_s + timeout_s : 0, {}};
    lease.pass = std::move(reserved.pass);
    RemoteJob handed_out{std::move(job), std::move(*envelope), std::move(lease)};
    count_begin(handed_out, now_s);
    return handed_out;
}

void RemoteWork::count_begin(RemoteJob& job, std::int64_t now_s) {
    const auto now = clock_.now();
    job.lease.began_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    JobCounts& counts = stat_cell(counted_, {job.job.key.queue, job.envelope.kind});
    ++counts.started;
    counts.wait.add(waited(job.job, job.envelope.uuid, now_s, now));
}

void RemoteWork::refuse(
    const ReservedJob& job, const Envelope& envelope, const Decision& decision
) {
    const auto ended = end_attempt(pool_, deadline_, schema_, job, envelope, decision);
    if (ended) {
        queue::count_end(counted_, {job.key.queue, envelope.kind}, decision.verdict, {});
    }
    if (ended && !envelope.batch_id.empty()) {
        settle_batch(pool_, deadline_, schema_, envelope.batch_id);
    }
    if (ended && envelope.workflow_step) {
        settle_workflow(pool_, deadline_, schema_, envelope.workflow_step->workflow_id);
    }
}

std::int64_t RemoteWork::database_now() {
    return pool_.acquire(deadline_)
        ->query_one("SELECT UNIX_TIMESTAMP()", {}, [](const mysql::Row& row) { return row.i64(0); })
        .value_or(0);
}

// One statement, because many workers wait and look four times a second. jobs by PRIMARY, the rows
// of this queue up to the first that can be reserved; job_delayed by the head of its PRIMARY;
// limit_key by KEY limit_key_watch (watch, used_at); the other tables are tiny. No locks.
RemoteWork::Look RemoteWork::look(const std::string& queue) {
    Look look;
    pool_.acquire(deadline_)->query(
        "SELECT EXISTS (SELECT 1 FROM " + schema_("queue_pause") +
            " WHERE (scope = 'all' OR (scope = 'queue' AND queue = ?))"
            " AND (resume_at IS NULL OR resume_at > UNIX_TIMESTAMP())),"
            " EXISTS (SELECT 1 FROM " +
            schema_("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND available_at <= UNIX_TIMESTAMP()"
            " AND (reserved_at IS NULL OR ABS(CAST(reserved_at AS SIGNED) - CAST(UNIX_TIMESTAMP() "
            "AS SIGNED)) > ?)),"
            " EXISTS (SELECT 1 FROM " +
            schema_("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE available_at <= UNIX_TIMESTAMP()),"
            " EXISTS (SELECT 1 FROM " +
            schema_("job_limit") + ") OR EXISTS (SELECT 1 FROM " + schema_("queue_pause") +
            " WHERE scope = 'kind'),"
            " EXISTS (SELECT 1 FROM " +
            schema_("limit_key") + " FORCE INDEX (limit_key_watch) WHERE watch > 0)",
        {queue, queue, rules_.lease.lease_s},
        [&](const mysql::Row& row) {
            look = {
                row.i64(0) != 0,
                row.i64(1) != 0,
                row.i64(2) != 0,
                row.i64(3) != 0,
                row.i64(4) != 0};
        }
    );
    return look;
}

} // namespace bgerp::queue
