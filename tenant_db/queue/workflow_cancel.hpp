// Taking back the jobs of a workflow that was stopped. Used by the queue's implementation alone.
// Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>

namespace bgerp::queue {

/// Cancels the workflow's waiting jobs, and with `running` asks those that run to stop: at most a
/// thousand; workers drop the others when they meet them.
void cancel_rest(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& workflow_id,
    bool running
);

} // namespace bgerp::queue
