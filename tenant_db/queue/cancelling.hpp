// The end of jobs that never ran or won't run again because somebody said so: what cancel_job and
// clear_queue write besides deleting the row. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <set>
#include <string>
#include <vector>

namespace bgerp::queue {

struct CancelledJob {
    std::int64_t flags = 0;
    std::string payload;
};

/// Ends the tracked runs as cancelled and takes batch members off what is pending. Returns the
/// batches that may have ended by it, to be settled after the commit.
[[nodiscard]] std::set<std::string> record_cancelled(
    mysql::Session& session, const QueueSchema& schema, const std::vector<CancelledJob>& jobs
);

void settle_all(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::set<std::string>& batch_ids
);

} // namespace bgerp::queue
