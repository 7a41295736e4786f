// The writes to a batch's members: what is still to do and what failed, one row a member. Each is
// part of the transaction that ends the job; whether that ended the batch is asked after its
// commit (settle_batch). Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

/// Completed or cancelled: no longer pending.
void members_ended(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::vector<std::string>& job_uuids
);

/// Failed for good: no longer pending, and remembered as failed.
void member_failed(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::string& job_uuid
);

/// A failed member has another chance: pending again. False, and nothing written, when the batch
/// is finished, cancelled or gone. Locks the batch's row until the transaction ends.
[[nodiscard]] bool member_pending_again(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::string& job_uuid
);

} // namespace bgerp::queue
