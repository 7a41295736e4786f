// Reserved jobs sorted into groups that one statement can name: same queue, priority, owner and
// attempts, so that the fence is two values and the keys an IN list of ids. Used by the verbs that
// take many jobs. Pure code.
#pragma once

#include "base/mysql/param.hpp"
#include "tenant_db/queue/job.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bgerp::queue {

class FenceGroup {
public:
    /// Groups of at most in_list_max members, in the order of the clustered key.
    [[nodiscard]] static std::vector<FenceGroup>
    of(const std::vector<const ReservedJob*>& jobs, const std::vector<std::size_t>& members);

    /// Indexes into the jobs that the groups were made of.
    [[nodiscard]] const std::vector<std::size_t>& members() const { return members_; }

    [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return ids_; }

    [[nodiscard]] const ReservedJob& first() const { return *first_; }

    /// "queue = ? AND priority = ? AND id IN (…) AND reserved_by = ? AND attempts = ?"
    [[nodiscard]] std::string condition() const;

    /// Appends the condition's values.
    void bind(mysql::Params& params) const;

private:
    explicit FenceGroup(const ReservedJob& first)
        : first_(&first) {}

    const ReservedJob* first_; // what all members have in common
    std::vector<std::size_t> members_;
    std::vector<std::uint64_t> ids_;
};

/// The condition of a group for one job, and its values.
inline constexpr const char* fence_condition =
    "queue = ? AND priority = ? AND id = ? AND reserved_by = ? AND attempts = ?";

void bind_fence(mysql::Params& params, const ReservedJob& job);

} // namespace bgerp::queue
