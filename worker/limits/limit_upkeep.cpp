// The limit book's part for the keeper: leases, permits that lie idle, what the database says.

#include "worker/limits/tenant_book.hpp"

#include <algorithm>
#include <unordered_set>

namespace bgerp::worker {

namespace {

// Permits that nobody used for so long go back: somebody else may wait for them.
constexpr std::chrono::milliseconds idle_for{200};
constexpr int surplus_looks_max = 3;

// How often the database is asked which keys have parked jobs: while some may run, and otherwise.
constexpr std::chrono::milliseconds look_often{100};
constexpr std::chrono::milliseconds look_seldom{1000};
constexpr std::chrono::milliseconds rules_interval{1000};

// What this worker saw to itself may not have been committed yet when the database was read.
constexpr std::chrono::seconds commit_max{1};

// A key nobody asked for is forgotten after this.
constexpr std::chrono::seconds key_ttl{10};

// Whether what was read is newer than what the worker knows: it took the last parked job away, or
// parks one.
bool may_note(const KeyState& key, bool parked, KeyState::Time read_at) {
    return parked ? key.parked_since <= read_at : key.parked_since + commit_max <= read_at;
}

bool forgettable(const KeyState& key, KeyState::Time now) {
    return key.in_hand == 0 && key.permits == 0 && !key.parked && key.waiting.empty() &&
           key.breaker == queue::BreakerPhase::closed && now - key.used_at > key_ttl;
}

// What the worker keeps of the key's permits; lessens them.
std::optional<std::int64_t> lessen(KeyState& key, KeyState::Time now) {
    const std::int64_t used = std::exchange(key.running_peak, key.running);
    if (key.permits == 0) {
        return std::nullopt;
    }
    std::int64_t keep = std::min(key.permits, key.counts() ? key.allowed() : 0);
    if (key.in_hand == 0 && now - key.used_at >= idle_for) {
        keep = 0;
    } else {
        key.surplus_looks = used < key.permits ? key.surplus_looks + 1 : 0;
        if (key.surplus_looks >= surplus_looks_max) {
            keep = std::min(keep, std::max<std::int64_t>(used, 1));
            key.surplus_looks = 0;
        }
    }
    if (keep >= key.permits) {
        return std::nullopt;
    }
    key.permits = keep;
    return keep;
}

} // namespace

void LimitBook::suspect(const Tenant& tenant) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<TenantBook>& book = tenants_[tenant->key];
    if (!book) {
        book = std::make_unique<TenantBook>();
        book->limits = kind_limits_;
    }
    book->tenant = tenant;
    book->suspected = true;
    any_.store(true);
}

std::vector<LimitBook::Upkeep> LimitBook::upkeep(Time now) {
    std::vector<Upkeep> all;
    if (!any_.load(std::memory_order_relaxed)) {
        return all;
    }
    const std::lock_guard lock(mutex_);
    for (auto& entry : tenants_) {
        TenantBook& book = *entry.second;
        Upkeep upkeep;
        upkeep.tenant = book.tenant;
        bool live = false;
        bool parked = book.suspected;
        for (auto key = book.keys.begin(); key != book.keys.end();) {
            KeyState& state = *key->second;
            if (const auto keep = lessen(state, now)) {
                upkeep.give_back.push_back({state.hash, *keep});
            }
            if (state.permits > 0 && now - state.renewed_at >= rules_.lease / 6) {
                upkeep.renew.push_back(state.hash);
            }
            live = live || (state.parked && !state.shut());
            parked = parked || state.parked;
            key = forgettable(state, now) ? book.keys.erase(key) : std::next(key);
        }
        upkeep.look = (parked || !book.keys.empty()) && now >= book.next_look;
        upkeep.read_rules = parked && now >= book.next_rules;
        if (upkeep.look) {
            book.next_look = now + (live ? look_often : look_seldom);
        }
        if (upkeep.read_rules) {
            book.next_rules = now + rules_interval;
        }
        if (upkeep.look || upkeep.read_rules || !upkeep.give_back.empty() ||
            !upkeep.renew.empty()) {
            all.push_back(std::move(upkeep));
        }
    }
    return all;
}

void LimitBook::renewed(
    const ServedTenant& tenant, const std::vector<std::uint64_t>& keys, Time asked_at
) {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t hash : keys) {
        if (KeyState* const key = find_key(tenant, hash)) {
            key->hold_until_end_of_lease(asked_at, rules_);
        }
    }
}

void LimitBook::lost(const ServedTenant& tenant, const std::vector<std::uint64_t>& keys) {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t hash : keys) {
        if (KeyState* const key = find_key(tenant, hash)) {
            key->permits = 0;
            key->valid_until = {};
        }
    }
}

std::vector<std::uint64_t> LimitBook::observe(
    const Tenant& tenant, const std::vector<queue::WatchedKey>& watched, Time read_at
) {
    bool news = false;
    std::vector<std::uint64_t> orphans;
    {
        const std::lock_guard lock(mutex_);
        TenantBook* const book = find(*tenant);
        if (book == nullptr) {
            return orphans;
        }
        book->suspected = false;
        std::unordered_set<std::uint64_t> seen;
        for (const queue::WatchedKey& key : watched) {
            const auto* const limit = book->limit(key.limit_name);
            if (limit == nullptr) {
                if (key.parked) {
                    orphans.push_back(key.key);
                }
                continue;
            }
            KeyState& known = state(*book, {key.key, *limit, key.text});
            seen.insert(key.key);
            const bool parked = may_note(known, key.parked, read_at) ? key.parked : known.parked;
            const queue::BreakerPhase before = known.breaker;
            known.observe_breaker(key.breaker, read_at);
            news = news || (parked && !known.parked) || known.breaker != before;
            book->note_parked(known, parked);
        }
        for (auto& entry : book->keys) {
            KeyState& key = *entry.second;
            const bool all_seen = watched.size() < queue::watched_keys_max;
            if (all_seen && seen.count(entry.first) == 0) {
                book->note_parked(key, key.parked && !may_note(key, false, read_at));
                key.observe_breaker(queue::BreakerPhase::closed, read_at);
            }
        }
    }
    if (news) {
        on_room_();
    }
    return orphans;
}

void LimitBook::forget(const ServedTenant& tenant) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(tenant);
    if (book == nullptr) {
        return;
    }
    const bool in_hand = std::any_of(book->keys.begin(), book->keys.end(), [](const auto& key) {
        return key.second->in_hand > 0;
    });
    if (in_hand) { // its keys are still counted in
        for (auto& key : book->keys) {
            book->note_parked(*key.second, false);
        }
        book->suspected = false;
        return;
    }
    std::unique_ptr<TenantBook> rest;
    if (!kind_limits_.empty()) { // a claim that the reserver has begun meanwhile counts too
        rest = std::make_unique<TenantBook>();
        rest->tenant = book->tenant;
        rest->limits = kind_limits_;
    }
    tenants_.erase(tenant.key);
    if (rest) {
        tenants_.emplace(tenant.key, std::move(rest));
    }
}

std::vector<LimitBook::Upkeep> LimitBook::give_up_all() {
    const std::lock_guard lock(mutex_);
    std::vector<Upkeep> all;
    for (auto& entry : tenants_) {
        Upkeep upkeep;
        upkeep.tenant = entry.second->tenant;
        for (auto& key : entry.second->keys) {
            if (key.second->permits > 0) {
                key.second->permits = 0;
                upkeep.give_back.push_back({key.first, 0});
            }
        }
        if (!upkeep.give_back.empty()) {
            all.push_back(std::move(upkeep));
        }
    }
    return all;
}

} // namespace bgerp::worker
