#include "tenant_db/queue/job_end.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

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

    [[nodiscard]] bool has(JobFlag flag) const { return (job->flags & flag) != 0; }
};

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

End end_of(const EndedJob& job) {
    End end{&job, is_uuid(job.uuid) ? std::string(job.uuid) : envelope_uuid(job.payload), {}};
    if (end.has(flag_batch)) {
        end.batch_id = job.batch_id;
        if (end.batch_id.empty()) {
            const Result<Envelope> envelope = parse_envelope(job.payload);
            end.batch_id = envelope ? envelope->batch_id : std::string();
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

} // namespace

std::set<std::string> record_ends(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<EndedJob>& ended
) {
    std::vector<End> ends;
    for (const EndedJob& job : ended) {
        if (job.flags != 0) {
            ends.push_back(end_of(job));
        }
    }
    end_runs(transaction, schema, ends);
    return end_members(transaction, schema, ends);
}

void settle_all(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::set<std::string>& batch_ids
) {
    for (const std::string& batch_id : batch_ids) {
        settle_batch(pool, deadline, schema, batch_id);
    }
}

} // namespace bgerp::queue
