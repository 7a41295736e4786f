// Handing out what limits allow, across all workers of an organization: permits to run at one time
// (leased to a worker, in limit_permit) and tokens to begin (a bucket per key, in limit_key). Who
// hands out for a key holds its row, so the sum over workers never exceeds the limit; a dead
// worker's permits run out with their lease. Everything is asked for many keys at once. Used by
// worker/limits. Blocking; the database's clock decides.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/limit.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bgerp::queue {

/// What a worker asks for one key.
struct PermitWish {
    std::uint64_t key = 0;
    std::shared_ptr<const Limit> limit;
    std::string text;              // the key, for people
    std::int64_t held = 0;         // permits it has
    std::int64_t permits = 0;      // wanted beyond them
    std::int64_t tokens = 0;       // wanted for jobs at hand
    std::int64_t tokens_spare = 0; // worth having if the bucket is full enough for others too
    std::int64_t tokens_back = 0;  // had and not used
};

enum class BreakerPhase { closed, open, half_open };

struct PermitGrant {
    std::int64_t permits = 0; // beyond those held
    std::int64_t tokens = 0;
    std::int64_t next_token_us = 0; // until the bucket has one more; 0 when it has one now
    BreakerPhase breaker = BreakerPhase::closed;
};

/// Grants in the order of the wishes, of which no two are for the same key. `worker` is never 0.
/// An outcome nobody knows grants nothing here and at most too much in the tables, until the lease
/// ends or the worker's next wish or return for the key.
[[nodiscard]] std::vector<PermitGrant> acquire_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<PermitWish>& wishes
);

/// What a worker holds of a key from now on, no more than it held.
struct PermitHolding {
    std::uint64_t key = 0;
    std::int64_t permits = 0; // 0: none any more
};

void return_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    const std::vector<PermitHolding>& holdings
);

/// Moves the leases of the worker's permits for these keys forward. Returns those that had run out
/// and are the worker's no more: others may have them.
[[nodiscard]] std::vector<std::uint64_t> renew_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<std::uint64_t>& keys
);

/// A failed attempt of a job under a breaker: counts it, and opens the breaker when it was one too
/// many, or the one that was let through. Returns the phase it is in now.
[[nodiscard]] BreakerPhase note_failure(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t key,
    const Limit& limit,
    const std::string& text
);

/// The job that was let through succeeded: closed again.
void note_success(mysql::Session& session, const QueueSchema& schema, std::uint64_t key);

/// Removes keys that nobody asked for in the last hour, their buckets full and nothing held back,
/// and permits of workers long dead. At most 1,000 of each. Returns how many keys.
std::size_t prune_limit_keys(mysql::Session& session, const QueueSchema& schema);

} // namespace bgerp::queue
