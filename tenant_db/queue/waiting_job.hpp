// Finding and locking the row of a tracked job that somebody else than its holder wants to change:
// to cancel it, or to put another in its place. The place is read from job_run without a lock, then
// the job's own row is locked first, as all verbs do. Used by the queue's implementation alone.
// Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <string>

namespace bgerp::queue {

struct FoundJob {
    enum class Is {
        unknown, // there is no record of it
        ended,   // `state` says how
        moved,   // not where the record said: look again
        running, // its row is locked
        waiting, // its row is locked
    };

    Is is = Is::unknown;
    std::string state; // as in job_run
    std::string uuid;
    std::string queue;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
    bool delayed = false; // in job_delayed, where available_at belongs to the key
    bool parked = false;  // in job_blocked, where limit_key belongs to it
    std::uint64_t limit_key = 0;
    std::int64_t available_at = 0;
    std::int64_t created_at = 0;
    std::int64_t flags = 0;
    std::string payload;
};

/// A job may move between the look at where it is and the lock on it; it can't do so for ever.
inline constexpr int looks_max = 20;

/// Looks once.
[[nodiscard]] FoundJob
lock_job(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// Deletes the row of a job that was found waiting.
void delete_waiting(mysql::Session& session, const QueueSchema& schema, const FoundJob& found);

} // namespace bgerp::queue
