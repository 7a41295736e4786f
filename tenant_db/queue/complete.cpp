#include "base/ids.hpp"
#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

using Completions = std::vector<const Completion*>;

// Through PRIMARY (queue, priority, id), exclusive locks on the rows named, READ COMMITTED. The
// form with an alias takes FORCE INDEX, the plain DELETE doesn't: with statistics from when the
// table was empty it would scan, and wait for rows that others hold.
std::uint64_t
delete_group(mysql::Session& session, const QueueSchema& schema, const FenceGroup& group) {
    mysql::Params params;
    group.bind(params);
    return session.execute(
        "DELETE j FROM " + schema("jobs") + " AS j FORCE INDEX (PRIMARY) WHERE " +
            group.condition(),
        params
    );
}

// Locks the group's rows that are still the holder's and returns their ids: what else is written
// for a job must be written for those alone.
std::vector<std::uint64_t>
lock_group(mysql::Session& session, const QueueSchema& schema, const FenceGroup& group) {
    mysql::Params params;
    group.bind(params);
    std::vector<std::uint64_t> mine;
    session.query(
        "SELECT id FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + group.condition() +
            " FOR UPDATE",
        params,
        [&](const mysql::Row& row) { mine.push_back(row.u64(0)); }
    );
    std::sort(mine.begin(), mine.end());
    return mine;
}

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
        return members.size() - delete_group(session, schema, group);
    }
    const std::vector<std::uint64_t> mine = lock_group(session, schema, group);
    if (mine.empty()) {
        return members.size();
    }
    delete_group(session, schema, group);
    Completions ended;
    for (const std::size_t index : members) {
        if (std::binary_search(mine.begin(), mine.end(), completions[index].job->key.id)) {
            ended.push_back(&completions[index]);
        }
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
    mysql::Params params;
    bind_fence(params, *completion.job);
    // PRIMARY, one row, exclusive; READ COMMITTED.
    const auto deleted = transaction.execute(
        "DELETE j FROM " + schema("jobs") + " AS j FORCE INDEX (PRIMARY) WHERE " + fence_condition,
        params
    );
    if (deleted == 0) {
        return fail(ErrorCode::lease_lost, "the job is not this worker's any more");
    }
    record_ends(transaction, schema, {&completion});
    return {};
}

} // namespace bgerp::queue
