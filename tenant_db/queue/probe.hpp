// Which of many tenants' queues have work now: one statement for up to 100 databases, run with an
// account that may read only queue, priority, reserved_at and available_at. Queues of remote
// workers (remote_queue.hpp) are left out. Used by the workers' sweep (the truth) and after a
// doorbell (one database). Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/lifecycle.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

struct WorkFound {
    std::string database;
    bool jobs = false;    // at least one job can be reserved now
    bool delayed = false; // at least one delayed job is due
};

/// Databases without work are not in the answer. A database that is gone or half made is skipped
/// (the statement is split to find it), never an error for the others. The account can't see who
/// reserved a row: one that Laravel's own worker holds for longer than the lease looks like work.
[[nodiscard]] std::vector<WorkFound> probe_for_work(
    mysql::Pool& sweep_pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    const LeaseRules& rules
);

/// For each of `databases` its queues with at least one job that can be reserved now, by name, at
/// most 1,000 each: a loose walk over the clustered keys, one step a queue, of all databases
/// together. What can't be asked is left out as above.
[[nodiscard]] std::vector<std::vector<std::string>> queues_with_work(
    mysql::Pool& sweep_pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    const LeaseRules& rules
);

} // namespace bgerp::queue
