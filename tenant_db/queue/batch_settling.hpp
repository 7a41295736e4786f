// The step that fires a batch's callbacks, for transactions that already hold the batch's row.
// Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>

namespace bgerp::queue {

/// Locks the batch's row and fires what is due: catch and the cancelling of the rest at the first
/// failure, then / catch / finally at the end. Returns true when this call finished the batch.
bool settle_locked(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::string& batch_id
);

} // namespace bgerp::queue
