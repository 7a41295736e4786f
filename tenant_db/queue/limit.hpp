// What an admin says about how many jobs may run: at one time, in a period, after failures. A limit
// matches jobs by kind and queue and may count each key apart (the job's own limit key, or a value
// among its arguments). Definitions live in job_limit; workers read them (rules.hpp) and enforce
// them (worker/limits). Used by the command line and the server. Blocking.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

/// After so many failed attempts in a window no job of the key begins for a while; then one is let
/// through, whose end decides.
struct BreakerRule {
    std::int64_t failures = 0; // 0: no breaker
    std::int64_t window_s = 60;
    std::int64_t open_s = 60;

    friend bool operator==(const BreakerRule&, const BreakerRule&) = default;
};

struct Limit {
    std::string name;
    std::string kind;                        // empty: any
    std::string queue;                       // empty: any
    std::string by;                          // empty: one key; "key"; or a JSON pointer into args
    std::optional<std::int64_t> concurrency; // at one time; 0: none begins
    std::int64_t rate = 0;                   // begun in a period; 0: no limit
    std::int64_t period_s = 1;
    std::int64_t burst = 0; // begun at once after a rest; 0: as many as `rate`
    BreakerRule breaker;

    friend bool operator==(const Limit&, const Limit&) = default;
};

/// What `by` says of a limit on each job's own key.
inline constexpr const char* by_limit_key = "key";

/// invalid_argument with the field: a name of 1 to 190 characters that begins with a letter or
/// digit, something to limit, numbers within their bounds, a pointer that is one.
[[nodiscard]] Result<void> check_limit(const Limit& limit);

/// Makes the limit or replaces that of the same name. Workers notice within a sweep. At most 100
/// for one organization: conflict. Errors of check_limit.
[[nodiscard]] Result<void>
set_limit(mysql::Session& session, const QueueSchema& schema, const Limit& limit);

/// not_found when there is none. The jobs it holds back return to their queues within a sweep.
[[nodiscard]] Result<void>
remove_limit(mysql::Session& session, const QueueSchema& schema, const std::string& name);

/// By name.
[[nodiscard]] std::vector<Limit> limits(mysql::Session& session, const QueueSchema& schema);

/// A limit as the contract shows it, without its use.
[[nodiscard]] Json limit_to_json(const Limit& limit);

/// What a limit's keys are at: permits in workers' hands, jobs held back, the breaker's state
/// ("closed", "open", "half_open"). At most 1,000 keys, those with jobs held back first.
struct KeyUse {
    std::string limit;
    std::string key;
    std::int64_t permits = 0;
    std::int64_t blocked = 0;
    std::string breaker;
};

[[nodiscard]] std::vector<KeyUse>
limit_use(mysql::Session& session, const QueueSchema& schema, const std::string& name);

/// Closes the breakers of a limit's keys. Returns how many weren't closed.
std::uint64_t
reset_breaker(mysql::Session& session, const QueueSchema& schema, const std::string& name);

} // namespace bgerp::queue
