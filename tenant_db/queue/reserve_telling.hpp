// Reserving for somebody in a hurry, the worker: see reserve() in lifecycle.hpp. Blocking.
#pragma once

#include "tenant_db/queue/lifecycle.hpp"

#include <functional>

namespace bgerp::queue {

using OnClaimed = std::function<void(const std::vector<ReservedJob>&)>;

/// reserve(), which calls `on_claimed` with the jobs right before the commit, when all is written
/// and the rows are locked: whoever wants to end such a job before the commit is through waits for
/// it (docs/adr/0003). Called once at most; when this throws after that call, nothing was reserved,
/// as far as is known, and the jobs are lost.
[[nodiscard]] std::vector<ReservedJob> reserve_telling(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& queue,
    std::size_t limit,
    std::uint64_t owner,
    const LeaseRules& rules,
    ClaimCursor& cursor,
    const OnClaimed& on_claimed
);

} // namespace bgerp::queue
