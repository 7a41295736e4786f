// What waits in a tenant's queues, at a cost that doesn't grow with the backlog: for whoever looks
// often (alerts). Exact counts are queue_stats' (inspect.hpp). Blocking; locks nothing.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace bgerp::queue {

struct QueueLoad {
    std::string queue;
    std::int64_t oldest_wait_s = 0; // of the first waiting job of each priority, the longest
    std::int64_t waiting = 0;       // up to the count that was asked for
};

/// Queues with waiting jobs, by name; up to 1,000, and of each up to 100 priorities. Counts no
/// further than `count_max` (0: not at all). Jobs held back by a limit don't count.
[[nodiscard]] std::vector<QueueLoad>
queue_loads(mysql::Session& session, const QueueSchema& schema, std::int64_t count_max);

/// Those of `databases` that have any job in `jobs`, or statistics of the last minutes: where there
/// is something to look at. One statement for up to 100; a database that is gone is left out.
[[nodiscard]] std::vector<std::string> databases_with_load(
    mysql::Pool& pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    std::chrono::minutes last
);

} // namespace bgerp::queue
