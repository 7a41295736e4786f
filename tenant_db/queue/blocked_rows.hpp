// The rows of job_blocked and their way from and to `jobs`: the statements that parking.cpp and the
// verbs for people are made of. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/parking.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

struct BlockedRow {
    std::uint64_t key = 0;
    const ReservedJob* job = nullptr;
    std::int64_t attempts = 0; // as it is to be written
};

/// Into job_blocked. Locks the new entries alone.
void insert_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
);

/// Into jobs, with the id they had there, as reserved now by their fence, or as available.
void insert_reserved(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
);
void insert_available(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
);

/// The first `limit` jobs of a key, locked; those that others hold are stepped over. Their attempts
/// are counted one up, as by a reservation; the owner isn't set.
[[nodiscard]] std::vector<ReservedJob> lock_blocked(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t key,
    std::size_t limit,
    const QueueFilter& filter
);

void delete_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
);

} // namespace bgerp::queue
