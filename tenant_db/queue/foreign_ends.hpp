// Jobs of ours that another system's worker ended. Laravel's worker deletes the row of a job, or
// puts it back as a new row, and knows nothing of job_run, batches, chains and workflows: without
// this, such a job would be shown as waiting for ever, its batch would never finish and nothing
// would follow it. Housekeeping calls it. Only tracked jobs can be told from the rest. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"
#include "tenant_db/queue/stat_cells.hpp"

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
/// gone: failed when it is in failed_jobs, otherwise completed, with no output. What hangs on an
/// end is written in its transaction, once whoever else finds it too: the chain's next job or its
/// catch, the workflow's step; then batches and workflows are settled. One whose row was put back
/// is tracked as the new row. Adds the ends to `counted`. Returns how many runs it looked at; 0
/// means that it is at the end, and the cursor at the start again. Safe to repeat.
std::size_t settle_foreign_ends(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::size_t limit,
    ForeignCursor& cursor,
    StatCells& counted
);

} // namespace bgerp::queue
