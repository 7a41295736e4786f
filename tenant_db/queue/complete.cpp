#include "base/ids.hpp"
#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

using Completions = std::vector<const Completion*>;

std::string uuid_of(const Completion& completion) {
    return is_uuid(completion.uuid) ? completion.uuid : envelope_uuid(completion.job->payload);
}

// job_run and job_batch_pending of jobs that just ended well.
void record_ends(mysql::Session& session, const QueueSchema& schema, const Completions& ended) {
    std::vector<std::string> tracked;
    std::map<std::string, std::vector<std::string>> members;
    for (const Completion* completion : ended) {
        if ((completion->job->flags & flag_tracked) != 0) {
            tracked.push_back(uuid_of(*completion));
        }
        if ((completion->job->flags & flag_batch) != 0 && !completion->batch_id.empty()) {
            members[completion->batch_id].push_back(uuid_of(*completion));
        }
    }
    runs_ended(session, schema, tracked, "completed");
    for (const Completion* completion : ended) {
        if ((completion->job->flags & flag_tracked) != 0 && !completion->output.empty()) {
            run_output(session, schema, uuid_of(*completion), completion->output);
        }
    }
    for (const auto& [batch_id, uuids] : members) {
        members_ended(session, schema, batch_id, uuids);
    }
}

// Returns how many of the group were not the holder's.
std::size_t complete_group(
    mysql::Session& session,
    const QueueSchema& schema,
    const FenceGroup& group,
    const std::vector<Completion>& completions
) {
    const std::vector<std::size_t>& members = group.members();
    const bool recorded = std::any_of(members.begin(), members.end(), [&](std::size_t index) {
        return completions[index].job->flags != 0;
    });
    if (!recorded) {
        return members.size() - group.delete_rows(session, schema);
    }
    const std::vector<std::size_t> mine = group.lock_rows(session, schema);
    if (mine.empty()) {
        return members.size();
    }
    group.delete_rows(session, schema);
    Completions ended;
    for (const std::size_t index : mine) {
        ended.push_back(&completions[index]);
    }
    record_ends(session, schema, ended);
    return members.size() - ended.size();
}

} // namespace

std::size_t complete_many_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<Completion>& completions
) {
    if (completions.empty()) {
        return 0;
    }
    std::vector<const ReservedJob*> jobs;
    std::vector<std::size_t> all;
    jobs.reserve(completions.size());
    all.reserve(completions.size());
    for (const Completion& completion : completions) {
        all.push_back(jobs.size());
        jobs.push_back(completion.job);
    }
    const std::vector<FenceGroup> groups = FenceGroup::of(jobs, all);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        std::size_t lost = 0;
        for (const FenceGroup& group : groups) {
            lost += complete_group(transaction, schema, group, completions);
        }
        return lost;
    });
}

Result<void> complete_if_mine(
    mysql::Transaction& transaction, const QueueSchema& schema, const Completion& completion
) {
    if (!delete_if_mine(transaction, schema, *completion.job)) {
        return lease_lost();
    }
    record_ends(transaction, schema, {&completion});
    return {};
}

} // namespace bgerp::queue
