// Which of many tenants' queues have work now: one statement for up to 100 databases, run with an
// account that may read only queue, priority, reserved_at and available_at. First which tenants
// have any jobs, cheaply, for most have none; then the queues of those. Used by the workers' sweep
// (the truth) and after a doorbell (one database). Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/lifecycle.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

struct WorkFound {
    std::string database;
    bool jobs = false; // there are jobs, of whatever queue, held or not
    bool due = false;  // at least one delayed job is due
};

/// Databases with jobs or due ones; the others are not in the answer. One that is gone or half made
/// is skipped (the statement is split to find it), never an error for the others.
[[nodiscard]] std::vector<WorkFound> probe_for_work(
    mysql::Pool& sweep_pool, Deadline deadline, const std::vector<std::string>& databases
);

/// For each of `databases` its queues with at least one job that can be reserved now, by name, at
/// most 1,000 each: a loose walk over the clustered keys, one step a queue, of all databases
/// together. Queues of remote workers (remote_queue.hpp) are left out. The account can't see who
/// reserved a row: one that Laravel's own worker holds for longer than the lease looks like work.
/// What can't be asked is left out as above.
[[nodiscard]] std::vector<std::vector<std::string>> queues_with_work(
    mysql::Pool& sweep_pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    const LeaseRules& rules
);

} // namespace bgerp::queue
