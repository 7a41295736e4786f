// The rows of job_blocked and their way from and to `jobs`: the statements that parking.cpp and the
// verbs for people are made of. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/parking.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

/// What both tables have, in the order in which the rows are read.
inline constexpr const char* shared_columns =
    "priority, id, queue, payload, attempts, available_at,"
    " created_at, rescues, interruptions, flags";

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

/// The first jobs of each key, as many as wished, locked; those that others hold are stepped over
/// or, where several keys are asked for, left out. Their attempts are counted one up, as by a
/// reservation; the owner isn't set.
[[nodiscard]] std::vector<TakenJobs> lock_blocked(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<TakeWish>& wishes,
    const QueueFilter& filter
);

/// Those of the keys that have a job. No locks.
[[nodiscard]] std::vector<std::uint64_t> keys_with_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::uint64_t>& keys
);

/// The first jobs of a key: how many there are, up to blocked_head_rows, and how many of them are
/// of one queue.
struct BlockedHead {
    std::size_t rows = 0;
    std::size_t of_queue = 0;
};

inline constexpr std::size_t blocked_head_rows = 100;

/// Of each key, in their order. No locks.
[[nodiscard]] std::vector<BlockedHead> blocked_heads(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::uint64_t>& keys,
    const std::string& queue
);

void delete_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
);

} // namespace bgerp::queue
