// Jobs held back by a limit: out of `jobs`, where claims would step over them again and again, into
// job_blocked, in the order in which they will run, and from there straight into a worker's hands.
// No attempt is spent on the way, and the job's id stays. limit_key.watch says which keys have
// such jobs; it is set and cleared under the key's row, so that none is forgotten. Used by
// worker/limits. Blocking; each verb's transactions are of bounded size.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/permits.hpp"

#include <set>
#include <string>
#include <vector>

namespace bgerp::queue {

/// A reserved job and the key that it has to wait for.
struct ParkedJob {
    const ReservedJob* job = nullptr;
    std::uint64_t key = 0;
    std::string limit_name;
    std::string key_text;
};

/// Moves the jobs that are still the holder's; tracked ones are available again. Returns how many.
std::size_t park_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<ParkedJob>& jobs
);

/// Up to `limit` jobs of a key.
struct TakeWish {
    std::uint64_t key = 0;
    std::size_t limit = 0;
};

struct TakenJobs {
    std::uint64_t key = 0;
    std::vector<ReservedJob> jobs;
    bool more = true; // there may be others left that wait for this key
};

/// Queues whose jobs may be taken.
struct QueueFilter {
    std::vector<std::string> only;            // if both are empty: any
    std::vector<std::string> only_beginnings; // names that begin so
    std::vector<std::string> but;
    bool but_remote = false; // not those of remote workers alone
};

/// Reserves jobs that were held back for `owner`, as reserve() does those in `jobs`, in the order
/// (priority, id) of each key. One answer a wish, in their order; no two are for the same key. Few
/// statements however many wishes: about three for each hundred, and seven.
[[nodiscard]] std::vector<TakenJobs> take_parked(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t owner,
    const std::vector<TakeWish>& wishes,
    const QueueFilter& filter
);

/// Whether any of the keys has a job of these queues. No locks.
[[nodiscard]] bool any_parked(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::uint64_t>& keys,
    const QueueFilter& filter
);

/// Gives all jobs of a key back to their queues, as after the limit's end. Returns the queues.
[[nodiscard]] std::set<std::string>
unpark_key(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::uint64_t key);

/// A key with jobs held back or a breaker that isn't closed.
struct WatchedKey {
    std::uint64_t key = 0;
    std::string limit_name;
    std::string text;
    bool parked = false;
    BreakerPhase breaker = BreakerPhase::closed;
};

inline constexpr std::size_t watched_keys_max = 5000;

/// At most watched_keys_max.
[[nodiscard]] std::vector<WatchedKey>
watched_keys(mysql::Session& session, const QueueSchema& schema);

/// Those of the databases that have such keys. Databases without the tables are passed over.
[[nodiscard]] std::vector<std::string> databases_with_watched_keys(
    mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases
);

} // namespace bgerp::queue
