#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/end_attempt.hpp"
#include "tenant_db/queue/remote_work.hpp"
#include "tenant_db/queue/workflow.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// As our own worker has it: a heartbeat so long after the attempt's time keeps the job no longer.
constexpr std::int64_t overrun_max_s = 60;

const char* state_after(const Decision& decision) {
    switch (decision.verdict) {
    case Verdict::retry:
        return decision.delay_s > 0 ? "retryable" : "available";
    case Verdict::release:
        return decision.delay_s > 0 ? "scheduled" : "available";
    case Verdict::cancel:
        return "cancelled";
    default:
        return "failed";
    }
}

bool one_of(const std::string& state, std::initializer_list<const char*> states) {
    return std::any_of(states.begin(), states.end(), [&](const char* s) { return state == s; });
}

} // namespace

Result<StopReason> RemoteWork::heartbeat(
    const RemoteLease& lease, const std::string& uuid, const RemoteProgress& progress
) {
    const auto job = find(lease, uuid);
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    const std::int64_t over_s = lease.ends_at_s > 0 ? database_now() - lease.ends_at_s : 0;
    if (over_s > overrun_max_s) {
        return bgerp::fail(ErrorCode::lease_lost, "the attempt's time has long been over");
    }
    const RenewOutcome renewed = renew_leases(pool_, deadline_, schema_, {&*job});
    if (!renewed.lost.empty()) {
        return bgerp::fail(ErrorCode::lease_lost, "the job is not this worker's any more");
    }
    if (!lease.pass.permits.empty()) {
        renew_pass(pool_, deadline_, schema_, rules_.lease.lease_s, *job, lease.pass);
    }
    if (progress.percent && (job->flags & flag_tracked) != 0) {
        const auto reported = report_progress(
            *pool_.acquire(deadline_),
            schema_,
            *job,
            uuid,
            static_cast<int>(*progress.percent),
            progress.message
        );
        if (!reported) {
            return tl::unexpected<Error>(reported.error());
        }
    }
    if (!renewed.cancel.empty()) {
        return StopReason::cancelled;
    }
    return over_s > 0 ? StopReason::timeout : StopReason::none;
}

Result<RemoteEnd>
RemoteWork::complete(const RemoteLease& lease, const std::string& uuid, const std::string& output) {
    const auto job = find(lease, uuid);
    if (!job) {
        return lost(lease, uuid, Ending::complete, job.error());
    }
    const auto envelope = parse_envelope(job->payload);
    const std::string batch_id = envelope ? envelope->batch_id : std::string();
    if (complete_many_if_mine(pool_, deadline_, schema_, {{&*job, uuid, batch_id, output}}) > 0) {
        return lost(
            lease,
            uuid,
            Ending::complete,
            {ErrorCode::lease_lost, "the job is not this worker's any more", {}, {}}
        );
    }
    count_end(lease, *job, envelope ? envelope->kind : std::string(), Verdict::complete);
    attempt_ended(lease, *job, true, true);
    if (!batch_id.empty()) {
        settle_batch(pool_, deadline_, schema_, batch_id);
    }
    if (envelope && envelope->workflow_step) {
        settle_workflow(pool_, deadline_, schema_, envelope->workflow_step->workflow_id);
    }
    return RemoteEnd{"completed"};
}

Result<RemoteEnd> RemoteWork::fail(
    const RemoteLease& lease, const std::string& uuid, const RemoteFailure& failure, double random01
) {
    const auto job = find(lease, uuid);
    if (!job) {
        return lost(lease, uuid, Ending::fail, job.error());
    }
    const Envelope envelope = value_or_throw(parse_envelope(job->payload));
    Outcome outcome;
    outcome.error = Error{ErrorCode::internal, failure.error, {}, {}};
    outcome.code = failure.code;
    outcome.permanent = !failure.retryable;
    outcome.retry_after_s = failure.retry_after_s;
    const auto renewed = renew_leases(pool_, deadline_, schema_, {&*job});
    outcome.stop = renewed.cancel.empty() ? StopReason::none : StopReason::cancelled;
    const AttemptFacts facts{job->fence.attempts, job->rescues, job->interruptions, database_now()};
    const Decision decision = decide_end(envelope, facts, rules_.attempts, outcome, random01);
    const auto ended = end_attempt(pool_, deadline_, schema_, *job, envelope, decision);
    if (!ended) {
        return lost(lease, uuid, Ending::fail, ended.error());
    }
    count_end(lease, *job, envelope.kind, decision.verdict);
    attempt_ended(lease, *job, outcome.stop == StopReason::none, false);
    if (!envelope.batch_id.empty()) {
        settle_batch(pool_, deadline_, schema_, envelope.batch_id);
    }
    if (envelope.workflow_step) {
        settle_workflow(pool_, deadline_, schema_, envelope.workflow_step->workflow_id);
    }
    return RemoteEnd{state_after(decision), decision.delay_s};
}

Result<RemoteEnd>
RemoteWork::release(const RemoteLease& lease, const std::string& uuid, std::int64_t delay_s) {
    const auto job = find(lease, uuid);
    if (!job) {
        return lost(lease, uuid, Ending::release, job.error());
    }
    const Decision decision{Verdict::release, delay_s, {}};
    const auto ended = end_attempt(pool_, deadline_, schema_, *job, {}, decision);
    if (!ended) {
        return lost(lease, uuid, Ending::release, ended.error());
    }
    attempt_ended(lease, *job, false, false);
    return RemoteEnd{state_after(decision), delay_s};
}

void RemoteWork::count_end(
    const RemoteLease& lease, const ReservedJob& job, const std::string& kind, Verdict verdict
) {
    std::optional<std::chrono::microseconds> ran;
    if (lease.began_ms > 0) { // an older version's lease doesn't say
        const std::chrono::milliseconds began(lease.began_ms);
        ran = std::chrono::duration_cast<std::chrono::microseconds>(
            clock_.now().time_since_epoch() - began
        );
    }
    queue::count_end(counted_, {job.key.queue, kind}, verdict, ran);
}

// Lost on the way, the permits end with their lease and a breaker hears of the next attempt.
// `told`: the attempt says something about what it called.
void RemoteWork::attempt_ended(
    const RemoteLease& lease, const ReservedJob& job, bool told, bool succeeded
) {
    if (told && lease.pass.tells_breakers) {
        tell_breakers(*pool_.acquire(deadline_), schema_, job, succeeded);
    }
    if (!lease.pass.permits.empty()) {
        return_pass(pool_, deadline_, schema_, lease.pass);
    }
}

Result<ReservedJob> RemoteWork::find(const RemoteLease& lease, const std::string& uuid) {
    auto job = find_if_mine(*pool_.acquire(deadline_), schema_, lease.key, lease.fence);
    if (job && envelope_uuid(job->payload) != uuid) {
        return bgerp::fail(ErrorCode::invalid_argument, "the lease is another job's", "lease");
    }
    return job;
}

// The row is gone or somebody else's. If the job's history shows that this very attempt ended the
// way it is asked to end now, the caller only didn't hear of it.
Result<RemoteEnd> RemoteWork::lost(
    const RemoteLease& lease, const std::string& uuid, Ending ending, const Error& error
) {
    if (error.code != ErrorCode::lease_lost) {
        return tl::unexpected<Error>(error);
    }
    std::optional<RemoteEnd> before;
    pool_.acquire(deadline_)->query( // PRIMARY (uuid), no lock
        "SELECT state, attempts FROM " + schema_("job_run") + " WHERE uuid = ?",
        {uuid},
        [&](const mysql::Row& row) {
            const std::string state = row.text(0);
            const std::int64_t attempts = lease.fence.attempts - row.i64(1);
            const bool same =
                (ending == Ending::complete && attempts == 0 && state == "completed") ||
                (ending == Ending::fail && attempts == 0 &&
                 one_of(state, {"retryable", "available", "failed", "cancelled"})) ||
                (ending == Ending::release && attempts == 1 &&
                 one_of(state, {"scheduled", "available"}));
            if (same) {
                before = RemoteEnd{state, 0, true};
            }
        }
    );
    if (before) {
        return *before;
    }
    return tl::unexpected<Error>(error);
}

} // namespace bgerp::queue
