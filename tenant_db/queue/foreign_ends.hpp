// Jobs of ours that another system's worker ended. Laravel's worker deletes the row of a job, or
// puts it back as a new row, and knows nothing of job_run and job_batch_pending: without this, such
// a job would be shown as waiting for ever and its batch would never finish. Housekeeping calls it.
// Only tracked jobs can be told from the rest. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace bgerp::queue {

/// Where the walk over the open runs of one database stopped, and what it saw without a row. A run
/// counts as ended when a second look finds no row either: Laravel deletes the row first and writes
/// to failed_jobs afterwards.
struct ForeignCursor {
    std::int64_t created_at = 0;
    std::string uuid;
    std::set<std::string> suspects;
};

/// Looks at up to `limit` open runs beyond the cursor and records the ends of those whose row is
/// gone: failed when it is in failed_jobs, otherwise completed; settles their batches. One whose
/// row was put back is tracked as the new row. Returns how many runs it looked at; 0 means that it
/// is at the end, and the cursor at the start again. Safe to repeat.
std::size_t settle_foreign_ends(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ForeignCursor& cursor
);

} // namespace bgerp::queue
