#include "tenant_db/queue/fence_groups.hpp"

#include "tenant_db/queue/id_condition.hpp"
#include "tenant_db/queue/in_list.hpp"

#include <algorithm>
#include <tuple>

namespace bgerp::queue {

namespace {

auto group_of(const ReservedJob& job) {
    return std::tie(job.key.queue, job.key.priority, job.fence.owner, job.fence.attempts);
}

} // namespace

std::vector<FenceGroup> FenceGroup::of(
    const std::vector<const ReservedJob*>& jobs, const std::vector<std::size_t>& members
) {
    std::vector<std::size_t> sorted = members;
    const auto before = [&](std::size_t a, std::size_t b) {
        return std::tuple_cat(group_of(*jobs[a]), std::tie(jobs[a]->key.id)) <
               std::tuple_cat(group_of(*jobs[b]), std::tie(jobs[b]->key.id));
    };
    if (!std::is_sorted(sorted.begin(), sorted.end(), before)) {
        std::sort(sorted.begin(), sorted.end(), before);
    }
    std::vector<FenceGroup> groups;
    for (const std::size_t index : sorted) {
        const ReservedJob& job = *jobs[index];
        const bool opens = groups.empty() || groups.back().ids_.size() == in_list_max ||
                           group_of(groups.back().first()) != group_of(job);
        if (opens) {
            groups.push_back(FenceGroup(job));
        }
        groups.back().members_.push_back(index);
        groups.back().ids_.push_back(job.key.id);
    }
    return groups;
}

// All statements below: through PRIMARY (queue, priority, id), exclusive locks on the rows named,
// READ COMMITTED. The DELETE of the form for several tables takes FORCE INDEX, the plain one not:
// with statistics from when the table was empty it would scan, and wait for rows that others hold.

std::uint64_t FenceGroup::delete_rows(mysql::Session& session, const QueueSchema& schema) const {
    mysql::Params params;
    bind(params);
    return session.execute(
        "DELETE " + schema("jobs") + " FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " +
            condition(),
        params
    );
}

std::vector<std::size_t>
FenceGroup::lock_rows(mysql::Session& session, const QueueSchema& schema, bool skip_locked) const {
    return select_rows(session, schema, skip_locked ? " FOR UPDATE SKIP LOCKED" : " FOR UPDATE");
}

std::vector<std::size_t>
FenceGroup::read_rows(mysql::Session& session, const QueueSchema& schema) const {
    return select_rows(session, schema, "");
}

std::vector<std::size_t> FenceGroup::select_rows(
    mysql::Session& session, const QueueSchema& schema, const char* locking
) const {
    mysql::Params params;
    bind(params);
    std::vector<std::size_t> mine;
    mine.reserve(members_.size());
    session.query(
        "SELECT id FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + condition() +
            locking,
        params,
        [&](const mysql::Row& row) {
            const auto at = std::lower_bound(ids_.begin(), ids_.end(), row.u64(0)); // sorted
            mine.push_back(members_[static_cast<std::size_t>(at - ids_.begin())]);
        }
    );
    return mine;
}

std::string FenceGroup::condition() const {
    return "queue = ? AND priority = ? AND " + IdCondition(ids_).text() +
           " AND reserved_by = ? AND attempts = ?";
}

void FenceGroup::bind(mysql::Params& params) const {
    params.reserve(params.size() + padded(ids_.size()) + 4);
    params.emplace_back(first_->key.queue);
    params.emplace_back(first_->key.priority);
    IdCondition(ids_).bind(params);
    params.emplace_back(first_->fence.mark());
    params.emplace_back(first_->fence.attempts);
}

void bind_fence(mysql::Params& params, const ReservedJob& job) {
    params.emplace_back(job.key.queue);
    params.emplace_back(job.key.priority);
    params.emplace_back(job.key.id);
    params.emplace_back(job.fence.mark());
    params.emplace_back(job.fence.attempts);
}

std::uint64_t execute_if_held(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& sql,
    const mysql::Params& params
) {
    const std::uint64_t matched = session.execute(sql, params);
    if (matched > 0) {
        return matched;
    }
    mysql::Params fence;
    bind_fence(fence, job);
    const auto held = session.query_one( // PRIMARY, one row, shared
        "SELECT 1 FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + fence_condition +
            " LOCK IN SHARE MODE",
        fence,
        [](const mysql::Row& row) { return row.i64(0); }
    );
    return held ? session.execute(sql, params) : 0;
}

bool delete_if_mine(mysql::Session& session, const QueueSchema& schema, const ReservedJob& job) {
    mysql::Params params;
    bind_fence(params, job);
    const std::uint64_t deleted = session.execute(
        "DELETE " + schema("jobs") + " FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " +
            fence_condition,
        params
    );
    return deleted == 1;
}

tl::unexpected<Error> lease_lost() {
    return fail(ErrorCode::lease_lost, "the job is not this worker's any more");
}

} // namespace bgerp::queue
