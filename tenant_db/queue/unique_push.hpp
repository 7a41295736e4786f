// Enqueuing jobs with a unique rule: who gets the key, and what becomes of the others. Used by
// enqueue alone, as part of its transaction. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/job_rows.hpp"

#include <vector>

namespace bgerp::queue {

/// Claims the keys of those of `jobs` that have a rule and says, for all of them, what became of
/// each. A row whose job is `added` or `follows` is still to be inserted; one that `follows` was
/// given its delay. What is `replaced` has been written. conflict for a job whose rule refuses a
/// second one. Writes nothing when no job has a rule.
[[nodiscard]] Result<std::vector<Pushed>> claim_keys(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    std::vector<JobRow>& rows
);

} // namespace bgerp::queue
