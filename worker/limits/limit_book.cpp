#include "worker/limits/limit_book.hpp"

#include "worker/limits/tenant_book.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

// Keys asked for in one transaction: those of a claim under a few limits.
constexpr std::size_t wishes_max = 4000;

// Beyond so many keys the tokens of those that are low aren't looked for when others are asked for.
constexpr std::size_t top_up_keys_max = 10000;

constexpr const char* kind_limit_prefix = "!worker ";

std::shared_ptr<const queue::Limit> kind_limit(const std::string& kind, std::int64_t concurrency) {
    queue::Limit limit;
    limit.name = kind_limit_prefix + kind;
    limit.kind = kind;
    limit.concurrency = concurrency;
    return std::make_shared<const queue::Limit>(std::move(limit));
}

} // namespace

LimitBook::LimitBook(LimitRules rules, const KindLimits& kinds, std::function<void()> on_room)
    : rules_(rules)
    , on_room_(std::move(on_room)) {
    for (const auto& [kind, concurrency] : kinds) {
        kind_limits_.push_back(kind_limit(kind, concurrency));
        auto count = std::make_unique<KeyState>();
        count->limit = kind_limits_.back();
        count->local = true;
        count->common_cost = std::make_shared<JobCost>();
        local_[count->limit->name] = std::move(count);
    }
}

// Jobs that still wait give their places back while the keys are there.
LimitBook::~LimitBook() {
    static_cast<void>(close());
}

void LimitBook::configure(const Tenant& tenant, queue::QueueRules rules) {
    const std::lock_guard lock(mutex_);
    const bool free = rules.limits.empty() && kind_limits_.empty();
    auto found = tenants_.find(tenant->key);
    if (found == tenants_.end()) {
        if (free) {
            return; // the usual case: nothing to remember
        }
        found = tenants_.emplace(tenant->key, std::make_unique<TenantBook>()).first;
    }
    TenantBook& book = *found->second;
    book.tenant = tenant;
    book.limits = std::move(rules.limits);
    book.limits.insert(book.limits.end(), kind_limits_.begin(), kind_limits_.end());
    book.paused_queues = std::move(rules.paused_queues);
    book.paused_all = rules.paused_all;
    for (auto& entry : book.keys) {
        if (const auto* limit = book.limit(entry.second->limit->name)) {
            entry.second->limit = *limit;
        }
    }
    any_.store(true);
}

bool LimitBook::applies_to(const ServedTenant& tenant) const {
    if (!any_.load(std::memory_order_relaxed)) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    const TenantBook* const book = find(tenant);
    return book != nullptr && !book->limits.empty();
}

LimitBook::TenantBook* LimitBook::find(const ServedTenant& tenant) const {
    const auto found = tenants_.find(tenant.key);
    return found == tenants_.end() ? nullptr : found->second.get();
}

KeyState* LimitBook::find_key(const ServedTenant& tenant, std::uint64_t hash) const {
    const TenantBook* const book = find(tenant);
    if (book == nullptr) {
        return nullptr;
    }
    const auto found = book->keys.find(hash);
    return found == book->keys.end() ? nullptr : found->second.get();
}

KeyState& LimitBook::state(TenantBook& book, const queue::LimitKey& key) {
    std::unique_ptr<KeyState>& state = book.keys[key.hash];
    if (!state) {
        state = std::make_unique<KeyState>();
        state->hash = key.hash;
        state->text = key.text;
        state->limit = key.limit;
        const auto local = local_.find(state->limit->name);
        state->shared = local == local_.end() ? nullptr : local->second.get();
        state->common_cost = book.cost_of(*state->limit);
    }
    return *state;
}

std::vector<LimitBook::Candidate> LimitBook::candidates(
    const ServedTenant& tenant, const std::vector<queue::ReservedJob>& jobs
) const {
    std::vector<std::shared_ptr<const queue::Limit>> limits;
    {
        const std::lock_guard lock(mutex_);
        if (const TenantBook* const book = find(tenant)) {
            limits = book->limits;
        }
    }
    std::vector<Candidate> candidates;
    candidates.reserve(jobs.size());
    for (const queue::ReservedJob& job : jobs) {
        candidates.push_back({&job, queue::keys_of_job(limits, job.key.queue, job.payload)});
    }
    return candidates;
}

void LimitBook::suppose(const ServedTenant& tenant, double job_ms) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(tenant);
    for (std::size_t i = 0; book != nullptr && i < book->limits.size(); ++i) {
        JobCost& cost = *book->cost_of(*book->limits[i]);
        if (!cost.job_ms()) {
            cost.learn(job_ms, 1);
        }
    }
}

std::vector<queue::PermitWish> LimitBook::wishes(
    const Tenant& tenant, const std::vector<Candidate>& jobs, bool from_parked, Time now
) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(*tenant);
    if (book == nullptr) {
        return {};
    }
    std::unordered_map<KeyState*, std::int64_t> demand;
    for (const Candidate& job : jobs) {
        const bool refused = std::any_of(job.keys.begin(), job.keys.end(), [&](const auto& key) {
            const KeyState& known = state(*book, key);
            return known.shut() || (known.parked && !from_parked);
        });
        for (const queue::LimitKey& key : job.keys) {
            demand[&state(*book, key)] += refused ? 0 : 1;
        }
    }
    std::vector<queue::PermitWish> wishes;
    for (auto& [key, jobs_more] : demand) {
        const std::int64_t permits = key->permits_wanted(key->in_hand + jobs_more, now, rules_);
        const bool hopeless = permits == 0 && key->in_hand >= key->may_hold(now, rules_);
        const std::int64_t tokens = hopeless ? 0 : key->tokens_wanted(jobs_more, now);
        if (jobs_more > 0 && (permits > 0 || tokens > 0) && wishes.size() < wishes_max) {
            wishes.push_back(key->wish(permits, tokens, now));
            jobs_more = -1; // asked for
        }
    }
    if (!wishes.empty() && book->keys.size() <= top_up_keys_max) {
        add_low_keys(*book, demand, now, wishes);
    }
    return wishes;
}

// While at it: keys whose tokens are about to run out would need a transaction of their own.
void LimitBook::add_low_keys(
    TenantBook& book,
    const std::unordered_map<KeyState*, std::int64_t>& demand,
    Time now,
    std::vector<queue::PermitWish>& wishes
) {
    for (auto& entry : book.keys) {
        KeyState& key = *entry.second;
        const auto found = demand.find(&key);
        const std::int64_t jobs = found == demand.end() ? 0 : found->second;
        if (jobs >= 0 && key.low_on_tokens(jobs, now) && wishes.size() < wishes_max) {
            wishes.push_back(key.wish(0, 0, now));
        }
    }
}

void LimitBook::granted(
    const ServedTenant& tenant,
    const std::vector<queue::PermitWish>& wishes,
    const std::vector<queue::PermitGrant>& grants,
    Time asked_at
) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < grants.size(); ++i) {
        if (KeyState* const key = find_key(tenant, wishes[i].key)) {
            key->add(wishes[i], grants[i], asked_at, rules_);
        }
    }
}

std::vector<LimitBook::Admission> LimitBook::admit(
    const Tenant& tenant, const std::vector<Candidate>& jobs, bool from_parked, Time now
) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(*tenant);
    std::vector<Admission> admissions(jobs.size());
    for (std::size_t i = 0; book != nullptr && i < jobs.size(); ++i) {
        std::vector<KeyState*> keys;
        KeyState* full = nullptr;
        for (const queue::LimitKey& key : jobs[i].keys) {
            keys.push_back(&state(*book, key));
            KeyState& known = *keys.back();
            const bool must_wait = known.parked && !from_parked;
            if (full == nullptr && (must_wait || !known.has_room(now, rules_))) {
                full = &known;
            }
        }
        if (full != nullptr) {
            book->mark_parked(*full, true, now);
            full->used_at = now;
            full->skip_until = {}; // this one is for this worker
            admissions[i].refused = {jobs[i].job, full->hash, full->limit->name, full->text};
        } else if (!keys.empty()) {
            bool breakers = false;
            for (KeyState* const key : keys) {
                key->admit(now);
                breakers = breakers || key->limit->breaker.failures > 0;
            }
            admissions[i].pass = std::make_unique<LimitPass>(*this, std::move(keys), breakers);
        }
    }
    return admissions;
}

std::vector<LimitBook::BreakerKey> LimitBook::breakers_of(const HeldJob& held) const {
    const std::lock_guard lock(mutex_);
    std::vector<BreakerKey> keys;
    for (const KeyState* const key : held.pass->keys()) {
        if (key->limit->breaker.failures > 0) {
            keys.push_back({key->hash, key->limit, key->text, key->breaker});
        }
    }
    return keys;
}

void LimitBook::set_breaker(
    const HeldJob& held, std::uint64_t hash, queue::BreakerPhase phase, Time now
) {
    {
        const std::lock_guard lock(mutex_);
        for (KeyState* const key : held.pass->keys()) {
            if (key->hash == hash) {
                key->breaker = phase;
                key->breaker_at = now;
            }
        }
    }
    on_room_();
}

} // namespace bgerp::worker
