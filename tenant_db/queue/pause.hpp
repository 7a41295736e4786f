// Queues that are paused: their jobs stay where they are, may be added to, and aren't begun until
// the queue is resumed. Workers notice within a sweep; what they have begun goes on. Used by the
// command line, the server and the workers' discovery. Blocking.
#pragma once

#include "base/error.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

/// Repeating it changes nothing. invalid_argument for a name that no queue can have.
[[nodiscard]] Result<void>
pause_queue(mysql::Session& session, const QueueSchema& schema, const std::string& queue);

/// Nothing happens when it isn't paused. Ring the doorbell afterwards.
void resume_queue(mysql::Session& session, const QueueSchema& schema, const std::string& queue);

/// By name, at most 1,000.
[[nodiscard]] std::vector<std::string>
paused_queues(mysql::Session& session, const QueueSchema& schema);

/// The same of many databases with few statements. One that is gone, or whose tables are older than
/// pausing, has nothing paused.
[[nodiscard]] std::vector<std::vector<std::string>>
paused_queues(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases);

} // namespace bgerp::queue
