#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/lifecycle.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

EndedJob ended_of(const Completion& completion) {
    return {
        completion.job->flags,
        JobOutcome::completed,
        completion.job->payload,
        completion.uuid,
        completion.batch_id,
        completion.output,
        {}};
}

// Returns how many of the group were not the holder's.
std::size_t complete_group(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const FenceGroup& group,
    const std::vector<Completion>& completions
) {
    const std::vector<std::size_t>& members = group.members();
    const bool recorded = std::any_of(members.begin(), members.end(), [&](std::size_t index) {
        return completions[index].job->flags != 0;
    });
    if (!recorded) {
        return members.size() - group.delete_rows(transaction, schema);
    }
    const std::vector<std::size_t> mine = group.lock_rows(transaction, schema);
    if (mine.empty()) {
        return members.size();
    }
    group.delete_rows(transaction, schema);
    std::vector<EndedJob> ended;
    for (const std::size_t index : mine) {
        ended.push_back(ended_of(completions[index]));
    }
    record_ends(transaction, schema, ended);
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
    record_ends(transaction, schema, {ended_of(completion)});
    return {};
}

} // namespace bgerp::queue
