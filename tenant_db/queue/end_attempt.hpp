// Carries out what decide_start and decide_end came to, in one fenced transaction: the only way in
// which an attempt that isn't a plain success ends, whether our own worker ran it or a remote one.
// Blocking; safe to repeat after an unknown outcome.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/decide.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

namespace bgerp::queue {

/// Writes a retry, fail, cancel or release; nothing for the other verdicts. `envelope` may be empty
/// for a payload that can't be read. lease_lost when the job isn't the holder's any more. After
/// fail and cancel the job's batch is to be settled (batch.hpp).
[[nodiscard]] Result<void> end_attempt(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const Envelope& envelope,
    const Decision& decision
);

} // namespace bgerp::queue
