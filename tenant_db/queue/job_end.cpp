#include "tenant_db/queue/job_end.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/chain.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_keys.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tenant_db/queue/workflow_steps.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace bgerp::queue {

namespace {

constexpr std::array outcomes{JobOutcome::completed, JobOutcome::failed, JobOutcome::cancelled};

// A job with flags, its names looked up.
struct End {
    const EndedJob* job = nullptr;
    std::string uuid;
    std::string batch_id;
    std::optional<Envelope> envelope; // of jobs with a key or a chain, and of workflows' steps

    [[nodiscard]] bool has(JobFlag flag) const { return (job->flags & flag) != 0; }
};

// The payload is read for what only it tells.
End end_of(const EndedJob& job) {
    End end{
        &job,
        is_uuid(job.uuid) ? std::string(job.uuid) : envelope_uuid(job.payload),
        std::string(job.batch_id),
        std::nullopt};
    if (!end.has(flag_batch)) {
        end.batch_id.clear();
    }
    const bool batch_unknown = end.has(flag_batch) && end.batch_id.empty();
    if (batch_unknown || end.has(flag_unique) || end.has(flag_chain) || end.has(flag_workflow)) {
        if (Result<Envelope> envelope = parse_envelope(job.payload)) {
            end.batch_id = end.has(flag_batch) ? envelope->batch_id : std::string();
            end.envelope = std::move(*envelope);
        }
    }
    return end;
}

void end_runs(mysql::Session& session, const QueueSchema& schema, const std::vector<End>& ends) {
    for (const JobOutcome outcome : outcomes) {
        std::vector<std::string> uuids;
        for (const End& end : ends) {
            if (end.job->outcome == outcome && end.has(flag_tracked)) {
                uuids.push_back(end.uuid);
            }
        }
        runs_ended(session, schema, uuids, state_of(outcome));
    }
    std::vector<std::string> followed; // a failed job may be retried
    for (const End& end : ends) {
        if (end.job->outcome != JobOutcome::failed &&
            (end.has(flag_chain) || end.has(flag_workflow))) {
            followed.push_back(end.uuid);
        }
    }
    drop_endings(session, schema, followed);
    for (const End& end : ends) {
        if (end.has(flag_tracked) && !end.job->output.empty()) {
            run_output(session, schema, end.uuid, std::string(end.job->output));
        }
    }
}

std::set<std::string>
end_members(mysql::Session& session, const QueueSchema& schema, const std::vector<End>& ends) {
    std::set<std::string> batch_ids;
    std::map<std::string, std::vector<std::string>> done;
    for (const End& end : ends) {
        if (end.batch_id.empty()) {
            continue;
        }
        batch_ids.insert(end.batch_id);
        if (end.job->outcome != JobOutcome::failed) {
            done[end.batch_id].push_back(end.uuid);
        }
    }
    for (const auto& [batch_id, uuids] : done) {
        members_ended(session, schema, batch_id, uuids);
    }
    for (const End& end : ends) {
        if (!end.batch_id.empty() && end.job->outcome == JobOutcome::failed) {
            member_failed(session, schema, end.batch_id, end.uuid);
        }
    }
    return batch_ids;
}

// A period goes on after the job has done its work, and ends with one that hasn't.
void end_keys(mysql::Session& session, const QueueSchema& schema, const std::vector<End>& ends) {
    std::vector<KeyClaim> held;
    std::vector<KeyClaim> freed;
    std::vector<KeyClaim> not_begun;
    for (const End& end : ends) {
        if (end.has(flag_unique) && end.envelope && end.envelope->unique) {
            const UniqueHold& hold = *end.envelope->unique;
            held.push_back({hold.key, end.uuid, 0});
            const bool goes_on = hold.until == UniqueRule::Until::period &&
                                 end.job->outcome == JobOutcome::completed;
            if (!goes_on) {
                freed.push_back(held.back());
            }
            if (end.job->outcome == JobOutcome::cancelled) {
                not_begun.push_back(held.back());
            }
        }
    }
    give_keys_back(session, schema, not_begun);
    free_keys(session, schema, freed);
    start_followers(session, schema, held);
}

void go_on(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<End>& ends
) {
    std::vector<EndedLink> links;
    for (const End& end : ends) {
        if (end.has(flag_chain) && end.envelope) {
            const EndedJob& job = *end.job;
            links.push_back({&*end.envelope, end.uuid, job.outcome, job.output, job.error});
        }
    }
    enqueue_next(transaction, schema, links);
}

std::set<std::string>
end_steps(mysql::Session& session, const QueueSchema& schema, const std::vector<End>& ends) {
    std::vector<EndedStep> steps;
    for (const End& end : ends) {
        if (end.has(flag_workflow) && end.envelope && end.envelope->workflow_step) {
            steps.push_back({*end.envelope->workflow_step, end.job->outcome, end.job->output});
        }
    }
    return steps_ended(session, schema, steps);
}

// What a job of several steps had done is of no more use, unless it failed and may be retried.
void end_job_steps(
    mysql::Session& session, const QueueSchema& schema, const std::vector<End>& ends
) {
    std::vector<std::string> over;
    std::vector<std::string> failed;
    for (const End& end : ends) {
        if (end.has(flag_steps)) {
            (end.job->outcome == JobOutcome::failed ? failed : over).push_back(end.uuid);
        }
    }
    remove_job_steps(session, schema, over);
    keep_job_steps(session, schema, failed);
}

} // namespace

const char* state_of(JobOutcome outcome) {
    switch (outcome) {
    case JobOutcome::failed:
        return "failed";
    case JobOutcome::cancelled:
        return "cancelled";
    case JobOutcome::completed:
        break;
    }
    return "completed";
}

bool is_end(std::string_view state) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](JobOutcome outcome) {
        return state == state_of(outcome);
    });
}

ToSettle record_ends(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<EndedJob>& ended
) {
    std::vector<End> ends;
    for (const EndedJob& job : ended) {
        if (job.flags != 0) {
            ends.push_back(end_of(job));
        }
    }
    end_runs(transaction, schema, ends);
    end_job_steps(transaction, schema, ends);
    ToSettle to_settle;
    to_settle.batch_ids = end_members(transaction, schema, ends);
    to_settle.workflow_ids = end_steps(transaction, schema, ends);
    end_keys(transaction, schema, ends);
    go_on(transaction, schema, ends);
    return to_settle;
}

void settle_all(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const ToSettle& to_settle
) {
    for (const std::string& batch_id : to_settle.batch_ids) {
        settle_batch(pool, deadline, schema, batch_id);
    }
    for (const std::string& workflow_id : to_settle.workflow_ids) {
        settle_workflow(pool, deadline, schema, workflow_id);
    }
}

} // namespace bgerp::queue
