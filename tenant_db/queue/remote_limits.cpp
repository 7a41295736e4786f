#include "tenant_db/queue/remote_limits.hpp"

#include "tenant_db/queue/blocked_rows.hpp"
#include "tenant_db/queue/owner.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

// Keys with jobs held back that one call asks for: many workers wait and look four times a second.
constexpr std::size_t asked_max = 20;

// And that it looks at, in one statement: most of them may hold back jobs of other queues alone.
constexpr std::size_t looked_at_max = 100;

// Whether the job may begin with what was granted.
bool suffices(const Limit& limit, const PermitGrant& grant) {
    const bool counts = limit.concurrency.has_value() || grant.breaker != BreakerPhase::closed;
    return (!counts || grant.permits > 0) && (limit.rate == 0 || grant.tokens > 0);
}

PermitWish one_of(const LimitKey& key) {
    PermitWish wish;
    wish.key = key.hash;
    wish.limit = key.limit;
    wish.text = key.text;
    wish.permits = 1;
    wish.tokens = 1;
    return wish;
}

// Permits of `job` that ran out, as far as nobody else took them.
void ask_again(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::int64_t lease_s,
    const ReservedJob& job,
    std::uint64_t holder,
    const std::vector<std::uint64_t>& lost
) {
    const QueueRules rules = read_rules(*pool.acquire(deadline), schema);
    std::vector<PermitWish> wishes;
    for (const LimitKey& key : keys_of_job(rules.limits, job.key.queue, job.payload)) {
        if (std::find(lost.begin(), lost.end(), key.hash) != lost.end()) {
            wishes.push_back(one_of(key));
            wishes.back().tokens = 0;
        }
    }
    static_cast<void>(acquire_permits(pool, deadline, schema, holder, lease_s, wishes));
}

std::map<std::uint64_t, std::vector<std::uint64_t>> by_holder(const RemotePass& pass) {
    std::map<std::uint64_t, std::vector<std::uint64_t>> keys;
    for (const RemotePermit& permit : pass.permits) {
        keys[permit.holder].push_back(permit.key);
    }
    return keys;
}

} // namespace

RemoteLimits::RemoteLimits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::int64_t lease_s,
    const std::string& queue
)
    : pool_(pool)
    , deadline_(deadline)
    , schema_(schema)
    , lease_s_(lease_s)
    , queue_(queue) {
    const auto connection = pool_.acquire(deadline_);
    rules_ = read_rules(*connection, schema_);
    watched_ = watched_keys(*connection, schema_);
    for (const WatchedKey& key : watched_) {
        if (key.parked) {
            parked_.insert(key.key);
        }
    }
}

const std::shared_ptr<const Limit>* RemoteLimits::limit_of(const WatchedKey& key) const {
    for (const auto& limit : rules_.limits) {
        if (limit->name == key.limit_name) {
            return &limit;
        }
    }
    return nullptr;
}

// A different few each time, so that keys without a permit don't hide the others.
std::vector<LimitKey> RemoteLimits::open_keys(std::uint64_t turn) {
    std::vector<LimitKey> keys;
    for (std::size_t i = 0; i < watched_.size() && keys.size() < looked_at_max; ++i) {
        const WatchedKey& key = watched_[(turn + i) % watched_.size()];
        if (!key.parked) {
            continue;
        }
        const auto* const limit = limit_of(key);
        if (limit == nullptr) {
            const auto queues = unpark_key(pool_, deadline_, schema_, key.key);
            returned_some_ = returned_some_ || queues.count(queue_) > 0;
            parked_.erase(key.key);
            continue;
        }
        const Limit& rule = **limit;
        const bool shut = rule.concurrency == 0 || key.breaker == BreakerPhase::open;
        if (!shut && (rule.queue.empty() || rule.queue == queue_)) {
            keys.push_back({key.key, *limit, key.text});
        }
    }
    return keys;
}

// Those with jobs of this queue. Where no job is left at all, asking takes the mark away; where the
// head of a long list is all of other queues, only asking tells.
std::vector<LimitKey> RemoteLimits::worth_asking(std::uint64_t turn) {
    std::vector<LimitKey> keys = open_keys(turn);
    std::vector<std::uint64_t> hashes;
    for (const LimitKey& key : keys) {
        hashes.push_back(key.hash);
    }
    const auto heads = blocked_heads(*pool_.acquire(deadline_), schema_, hashes, queue_);
    std::vector<LimitKey> worth;
    for (std::size_t i = 0; i < keys.size() && worth.size() < asked_max; ++i) {
        const BlockedHead& head = heads[i];
        if (head.of_queue > 0 || head.rows == 0 || head.rows == blocked_head_rows) {
            worth.push_back(std::move(keys[i]));
        }
    }
    return worth;
}

std::vector<RemoteLimits::Admitted>
RemoteLimits::take_parked(std::uint64_t owner, std::size_t limit) {
    std::vector<Admitted> admitted;
    for (const LimitKey& key : worth_asking(owner)) {
        if (admitted.size() == limit) {
            break;
        }
        if (auto job = take_one(owner, key)) {
            admitted.push_back(std::move(*job));
        }
    }
    return admitted;
}

std::optional<RemoteLimits::Admitted>
RemoteLimits::take_one(std::uint64_t owner, const LimitKey& key) {
    Hold hold;
    if (ask({key}, hold) != nullptr) {
        undo(hold);
        return std::nullopt;
    }
    auto taken =
        queue::take_parked(pool_, deadline_, schema_, owner, {{key.hash, 1}}, {{queue_}, {}, {}});
    if (taken.front().jobs.empty()) {
        undo(hold);
        return std::nullopt;
    }
    ReservedJob& job = taken.front().jobs.front();
    std::vector<LimitKey> others;
    for (LimitKey& other : keys_of_job(rules_.limits, job.key.queue, job.payload)) {
        if (other.hash != key.hash) {
            others.push_back(std::move(other));
        }
    }
    return let_through(std::move(job), others, std::move(hold));
}

std::vector<RemoteLimits::Admitted> RemoteLimits::admit(std::vector<ReservedJob> jobs) {
    std::vector<Admitted> admitted;
    for (ReservedJob& job : jobs) {
        const auto keys = keys_of_job(rules_.limits, job.key.queue, job.payload);
        const auto waits = std::find_if(keys.begin(), keys.end(), [&](const LimitKey& key) {
            return parked_.count(key.hash) > 0;
        });
        if (waits != keys.end()) {
            park(job, *waits);
        } else if (auto through = let_through(std::move(job), keys, {})) {
            admitted.push_back(std::move(*through));
        }
    }
    return admitted;
}

std::optional<RemoteLimits::Admitted>
RemoteLimits::let_through(ReservedJob job, const std::vector<LimitKey>& keys, Hold hold) {
    if (const LimitKey* const full = ask(keys, hold)) {
        undo(hold);
        park(job, *full);
        return std::nullopt;
    }
    return Admitted{std::move(job), std::move(hold.pass)};
}

// Adds what the job needs of each key to `hold`; returns the first that hasn't enough.
const LimitKey* RemoteLimits::ask(const std::vector<LimitKey>& keys, Hold& hold) {
    if (keys.empty()) {
        return nullptr;
    }
    const std::uint64_t holder = new_owner();
    std::vector<PermitWish> wishes;
    for (const LimitKey& key : keys) {
        wishes.push_back(one_of(key));
    }
    const auto grants = acquire_permits(pool_, deadline_, schema_, holder, lease_s_, wishes);
    const LimitKey* full = nullptr;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        hold.pass.tells_breakers |= keys[i].limit->breaker.failures > 0;
        if (grants[i].permits > 0) {
            hold.pass.permits.push_back({holder, keys[i].hash});
        }
        if (grants[i].tokens > 0) {
            hold.tokens.push_back(wishes[i]);
            hold.tokens.back().permits = 0;
            hold.tokens.back().tokens = 0;
            hold.tokens.back().tokens_back = grants[i].tokens;
        }
        if (full == nullptr && !suffices(*keys[i].limit, grants[i])) {
            full = &keys[i];
        }
    }
    return full;
}

void RemoteLimits::undo(const Hold& hold) {
    return_pass(pool_, deadline_, schema_, hold.pass);
    const auto holder = new_owner(); // it gets nothing
    static_cast<void>(acquire_permits(pool_, deadline_, schema_, holder, lease_s_, hold.tokens));
}

void RemoteLimits::park(const ReservedJob& job, const LimitKey& key) {
    park_if_mine(pool_, deadline_, schema_, {{&job, key.hash, key.limit->name, key.text}});
    parked_.insert(key.hash);
}

void renew_pass(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::int64_t lease_s,
    const ReservedJob& job,
    const RemotePass& pass
) {
    for (const auto& [holder, keys] : by_holder(pass)) {
        const auto lost = renew_permits(pool, deadline, schema, holder, lease_s, keys);
        if (!lost.empty()) {
            ask_again(pool, deadline, schema, lease_s, job, holder, lost);
        }
    }
}

void return_pass(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const RemotePass& pass
) {
    for (const auto& [holder, keys] : by_holder(pass)) {
        std::vector<PermitHolding> none;
        for (const std::uint64_t key : keys) {
            none.push_back({key, 0});
        }
        return_permits(pool, deadline, schema, holder, none);
    }
}

void tell_breakers(
    mysql::Session& session, const QueueSchema& schema, const ReservedJob& job, bool succeeded
) {
    const QueueRules rules = read_rules(session, schema);
    for (const LimitKey& key : keys_of_job(rules.limits, job.key.queue, job.payload)) {
        if (key.limit->breaker.failures == 0) {
            continue;
        }
        if (succeeded) {
            note_success(session, schema, key.hash);
        } else {
            static_cast<void>(note_failure(session, schema, key.hash, *key.limit, key.text));
        }
    }
}

} // namespace bgerp::queue
