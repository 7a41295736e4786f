// The rows of job_unique: one key, one job. A key is claimed by the transaction that enqueues the
// job and freed by the one in which the job starts or ends, so that it is held exactly as long as
// the job is there. Whether a key is taken is decided by its PRIMARY, by the database: of two that
// claim it at once the second waits for the first one's commit. Used by the queue's implementation
// alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace bgerp::queue {

/// A job that wants to hold a key.
struct KeyClaim {
    std::string key; // hexadecimal
    std::string uuid;
    std::int64_t period_s = 0; // 0: until it is freed
};

/// Who holds a key.
struct KeyHolder {
    std::string uuid;
    bool timed = false; // until a time that isn't over
    bool expired = false;
    std::string follows; // the running job after which the holder begins
};

/// Claims keys that are free, or whose time is over, and leaves the others: also for jobs that are
/// given back unstarted. Rows are locked in the claims' order: give them sorted.
void claim_free_keys(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& claims
);

/// Claims a key that is free; false when somebody holds it.
[[nodiscard]] bool
claim_free_key(mysql::Session& session, const QueueSchema& schema, const KeyClaim& claim);

/// Claims a key that nobody holds, or only a job that is gone; false when a job that is there does.
[[nodiscard]] bool
take_key(mysql::Session& session, const QueueSchema& schema, const KeyClaim& claim);

/// The holders of keys, in their order; nothing where nobody holds one.
[[nodiscard]] std::vector<std::optional<KeyHolder>> key_holders(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& keys,
    bool locking = false
);

/// Gives a key whose row is locked to another job, which follows `follows` (empty: nobody) after at
/// least `delay_s`.
void take_over_key(
    mysql::Session& session,
    const QueueSchema& schema,
    const KeyClaim& claim,
    const std::string& follows = {},
    std::int64_t delay_s = 0
);

/// Those of the jobs that wait or run: recorded as such, and their row is there. One snapshot, so a
/// job that just moves is seen.
[[nodiscard]] std::unordered_set<std::string> jobs_alive(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// The key that a job holds until it starts; nothing for all others.
[[nodiscard]] std::optional<KeyClaim> key_until_start(const ReservedJob& job);

/// Frees what these jobs still hold.
void free_keys(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& holds
);

/// Followers among these, which end without having begun, give their key back to the job that they
/// would have followed.
void give_keys_back(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& holds
);

/// Jobs that wait for the end of these are due, now or at the time they were asked for.
void start_followers(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& ended
);

/// How long a follower waits at most: longer than any job runs (timeouts end at a day). It begins
/// then even if the end of the job before it was never written.
inline constexpr std::int64_t follow_wait_s = 24LL * 3600 + 3600;

} // namespace bgerp::queue
