// The limit book's part for jobs that wait in the database: which of them may be taken now.

#include "worker/limits/tenant_book.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds skip_pause{200};
constexpr int skip_doublings_max = 4;

// Keys taken from in one transaction.
constexpr std::size_t keys_max = 500;

// Jobs of a key taken at a time at least, if it has so many: most have few, so the room is dealt
// out twice.
constexpr std::size_t share_min = 4;
constexpr std::size_t deals = 2;

// Of many keys each gets its share, so that those with long lines leave something to the others.
std::size_t share_of(std::size_t room, std::size_t keys) {
    return std::max(share_min, (room + keys - 1) / std::max<std::size_t>(keys, 1));
}

} // namespace

bool LimitBook::is_ready(const TenantBook& book, const KeyState& key, Time now) const {
    return !book.paused_all && key.worth_taking(now, rules_);
}

// In the order of their turns: behind the one that was served last.
std::vector<KeyState*> LimitBook::ready_keys(const TenantBook& book, Time now) const {
    std::vector<KeyState*> keys;
    const auto add = [&](auto from, auto to) {
        for (; from != to; ++from) {
            if (is_ready(book, *from->second, now)) {
                keys.push_back(from->second);
            }
        }
    };
    const auto first = book.parked.upper_bound(book.parked_turn);
    add(first, book.parked.end());
    add(book.parked.begin(), first);
    return keys;
}

std::vector<queue::PermitWish>
LimitBook::wishes_for_parked(const ServedTenant& tenant, std::size_t room, Time now) {
    const std::lock_guard lock(mutex_);
    std::vector<queue::PermitWish> wishes;
    TenantBook* const book = find(tenant);
    if (book == nullptr) {
        return wishes;
    }
    const std::vector<KeyState*> keys = ready_keys(*book, now);
    const auto share = static_cast<std::int64_t>(share_of(room, keys.size()));
    for (KeyState* const key : keys) {
        if (wishes.size() == keys_max) {
            break;
        }
        const std::int64_t tokens = key->tokens_wanted(share, now);
        const std::int64_t permits = key->permits_wanted(key->in_hand + share, now, rules_);
        if (permits > 0 || tokens > 0) {
            wishes.push_back(key->wish(permits, tokens, now));
        }
    }
    return wishes;
}

std::vector<queue::TakeWish> LimitBook::parked_to_take(
    const ServedTenant& tenant, std::size_t room, std::size_t at_most, Time now
) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(tenant);
    std::vector<queue::TakeWish> wishes;
    if (book == nullptr) {
        return wishes;
    }
    const std::vector<KeyState*> keys = ready_keys(*book, now);
    const auto share = static_cast<std::int64_t>(share_of(room, keys.size()));
    std::size_t left = std::min(deals * room, at_most);
    std::unordered_map<const KeyState*, std::int64_t> of_shared;
    for (KeyState* const key : keys) {
        std::int64_t jobs = std::min(key->may_hold(now, rules_) - key->in_hand, share);
        jobs = std::min(jobs, key->tokens_at(now));
        if (key->shared != nullptr) {
            const KeyState& all = *key->shared;
            jobs = std::min(jobs, all.may_hold(now, rules_) - all.in_hand - of_shared[&all]);
        }
        const auto take = static_cast<std::size_t>(
            std::clamp<std::int64_t>(jobs, 0, static_cast<std::int64_t>(left))
        );
        if (take > 0) {
            wishes.push_back({key->hash, take});
            book->parked_turn = key->hash;
            left -= take;
            of_shared[key->shared] += static_cast<std::int64_t>(take);
        }
        if (left == 0 || wishes.size() == keys_max) {
            break;
        }
    }
    return wishes;
}

void LimitBook::taken(
    const ServedTenant& tenant,
    const std::vector<queue::TakeWish>& wishes,
    const std::vector<queue::TakenJobs>& jobs,
    Time now
) {
    const std::lock_guard lock(mutex_);
    TenantBook* const book = find(tenant);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        KeyState* const key = find_key(tenant, jobs[i].key);
        if (book == nullptr || key == nullptr) {
            continue;
        }
        book->mark_parked(*key, jobs[i].more, now);
        key->skips = jobs[i].jobs.empty() && jobs[i].more ? key->skips + 1 : 0;
        if (jobs[i].more && jobs[i].jobs.size() < wishes[i].limit) {
            // Others hold them, or they are of other queues.
            key->skip_until =
                now + skip_pause * (1 << std::clamp(key->skips - 1, 0, skip_doublings_max));
        }
    }
}

queue::QueueFilter LimitBook::filter(const ServedTenant& tenant) const {
    const std::lock_guard lock(mutex_);
    const TenantBook* const book = find(tenant);
    return {{}, {}, book == nullptr ? std::vector<std::string>() : book->paused_queues};
}

std::optional<double> LimitBook::parked_job_ms(const ServedTenant& tenant, Time now) const {
    const std::lock_guard lock(mutex_);
    const TenantBook* const book = find(tenant);
    if (book != nullptr) {
        for (const auto& entry : book->parked) {
            if (is_ready(*book, *entry.second, now)) {
                return entry.second->job_ms();
            }
        }
    }
    return std::nullopt;
}

bool LimitBook::has_ready(const ServedTenant& tenant, Time now) const {
    if (!any_.load(std::memory_order_relaxed)) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    const TenantBook* const book = find(tenant);
    return book != nullptr &&
           std::any_of(book->parked.begin(), book->parked.end(), [&](const auto& key) {
               return is_ready(*book, *key.second, now);
           });
}

std::vector<LimitBook::Tenant> LimitBook::ready(Time now) const {
    std::vector<Tenant> tenants;
    if (!any_.load(std::memory_order_relaxed)) {
        return tenants;
    }
    const std::lock_guard lock(mutex_);
    for (const auto& entry : tenants_) {
        const TenantBook& book = *entry.second;
        const bool any = std::any_of(book.parked.begin(), book.parked.end(), [&](const auto& key) {
            return is_ready(book, *key.second, now);
        });
        if (any) {
            tenants.push_back(book.tenant);
        }
    }
    return tenants;
}

std::chrono::milliseconds
LimitBook::next_ready_in(Time now, std::chrono::milliseconds at_most) const {
    if (!any_.load(std::memory_order_relaxed)) {
        return at_most;
    }
    const std::lock_guard lock(mutex_);
    Time next = now + at_most;
    for (const auto& entry : tenants_) {
        for (const auto& parked : entry.second->parked) {
            const KeyState& key = *parked.second;
            const Time at = key.worth_taking_at(now, rules_);
            if (!key.shut() && at > now) {
                next = std::min(next, at);
            }
        }
    }
    constexpr std::chrono::milliseconds least{1};
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(next - now), least);
}

bool LimitBook::has_live_parked() const {
    if (!any_.load(std::memory_order_relaxed)) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    return std::any_of(tenants_.begin(), tenants_.end(), [](const auto& entry) {
        const TenantBook& book = *entry.second;
        return book.suspected ||
               (!book.paused_all &&
                std::any_of(book.parked.begin(), book.parked.end(), [](const auto& key) {
                    return key.second->allowed() > 0;
                }));
    });
}

std::optional<std::vector<LimitBook::LiveParked>> LimitBook::live_parked() const {
    const std::lock_guard lock(mutex_);
    std::vector<LiveParked> all;
    for (const auto& entry : tenants_) {
        const TenantBook& book = *entry.second;
        if (book.suspected) {
            return std::nullopt;
        }
        LiveParked live{book.tenant, {}, book.paused_queues};
        for (const auto& [hash, key] : book.parked) {
            if (!book.paused_all && key->allowed() > 0) {
                live.keys.push_back(hash);
            }
        }
        if (!live.keys.empty()) {
            all.push_back(std::move(live));
        }
    }
    return all;
}

} // namespace bgerp::worker
