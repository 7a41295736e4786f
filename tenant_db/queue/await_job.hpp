// Waiting for a job's end in the caller's own thread: for programs that need the result before they
// go on. Looks often at first and then every fifth of a second; no connection is held between two
// looks. Blocking.
#pragma once

#include "base/deadline.hpp"
#include "base/json.hpp"
#include "base/mysql/pool.hpp"
#include "base/stop_signal.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>

namespace bgerp::queue {

/// The job as show_job() has it, once it is completed, failed or cancelled. timeout when it isn't
/// by then, cancelled when `stop` is raised, not_found as there.
[[nodiscard]] Result<Json> await_job(
    mysql::Pool& pool,
    const QueueSchema& schema,
    const std::string& uuid,
    Deadline until,
    const StopSignal& stop
);

/// True for the states that a job doesn't leave by itself.
[[nodiscard]] bool has_ended(const Json& job);

} // namespace bgerp::queue
