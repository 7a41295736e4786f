// The limit book's part for jobs that wait in the database: which of them may be taken now.

#include "worker/limits/tenant_book.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds skip_pause{200};

// Keys taken from in one transaction.
constexpr std::size_t keys_max = 200;

// Tokens that parked jobs ask for at one time.
constexpr std::int64_t tokens_max = 1000;

} // namespace

bool LimitBook::is_ready(const TenantBook& book, const KeyState& key, Time now) const {
    return !book.paused_all && key.worth_taking(now, rules_);
}

std::vector<queue::PermitWish>
LimitBook::wishes_for_parked(const ServedTenant& tenant, std::size_t room, Time now) {
    const std::lock_guard lock(mutex_);
    std::vector<queue::PermitWish> wishes;
    TenantBook* const book = find(tenant);
    if (book == nullptr) {
        return wishes;
    }
    for (KeyState* const parked : book->parked) {
        KeyState& key = *parked;
        if (wishes.size() == keys_max || key.retry_at > now || !is_ready(*book, key, now)) {
            continue;
        }
        const auto jobs = static_cast<std::int64_t>(room);
        const std::int64_t tokens =
            key.metered() ? std::clamp<std::int64_t>(jobs - key.tokens_at(now), 0, tokens_max) : 0;
        const std::int64_t permits = key.permits_wanted(key.in_hand + jobs, now, rules_);
        if (permits > 0 || tokens > 0) {
            wishes.push_back(key.wish(permits, tokens, now));
        }
    }
    return wishes;
}

std::vector<queue::TakeWish>
LimitBook::parked_to_take(const ServedTenant& tenant, std::size_t room, Time now) {
    const std::lock_guard lock(mutex_);
    const TenantBook* const book = find(tenant);
    std::vector<queue::TakeWish> wishes;
    if (book == nullptr || book->paused_all) {
        return wishes;
    }
    for (const KeyState* const parked : book->parked) {
        const KeyState& key = *parked;
        const bool may = key.skip_until <= now && key.has_room(now, rules_);
        if (!may || room == 0 || wishes.size() == keys_max) {
            continue;
        }
        std::int64_t jobs = std::min(key.may_hold(now, rules_) - key.in_hand, key.tokens_at(now));
        if (key.shared != nullptr) {
            jobs = std::min(jobs, key.shared->may_hold(now, rules_) - key.shared->in_hand);
        }
        const auto take = static_cast<std::size_t>(
            std::clamp<std::int64_t>(jobs, 0, static_cast<std::int64_t>(room))
        );
        if (take > 0) {
            wishes.push_back({key.hash, take});
            room -= take;
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
        book->mark_parked(*key, jobs[i].more);
        if (jobs[i].more && jobs[i].jobs.size() < wishes[i].limit) {
            key->skip_until = now + skip_pause; // others hold them, or they are of other queues
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
        for (const KeyState* const key : book->parked) {
            if (is_ready(*book, *key, now)) {
                return key->job_ms();
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
           std::any_of(book->parked.begin(), book->parked.end(), [&](const KeyState* key) {
               return is_ready(*book, *key, now);
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
        const bool any =
            std::any_of(book.parked.begin(), book.parked.end(), [&](const KeyState* key) {
                return is_ready(book, *key, now);
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
        for (const KeyState* const key : entry.second->parked) {
            const Time at = std::max(key->retry_at, key->skip_until);
            if (!key->shut() && at > now) {
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
                std::any_of(book.parked.begin(), book.parked.end(), [](const KeyState* key) {
                    return key->allowed() > 0;
                }));
    });
}

} // namespace bgerp::worker
