#include "tenant_db/queue/fence_groups.hpp"

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

std::string FenceGroup::condition() const {
    return "queue = ? AND priority = ? AND id IN" + in_list(ids_.size()) +
           " AND reserved_by = ? AND attempts = ?";
}

void FenceGroup::bind(mysql::Params& params) const {
    params.reserve(params.size() + padded(ids_.size()) + 4);
    params.emplace_back(first_->key.queue);
    params.emplace_back(first_->key.priority);
    add_padded(params, ids_);
    params.emplace_back(first_->fence.owner);
    params.emplace_back(first_->fence.attempts);
}

void bind_fence(mysql::Params& params, const ReservedJob& job) {
    params.emplace_back(job.key.queue);
    params.emplace_back(job.key.priority);
    params.emplace_back(job.key.id);
    params.emplace_back(job.fence.owner);
    params.emplace_back(job.fence.attempts);
}

} // namespace bgerp::queue
