#include "worker/limits/key_state.hpp"

#include <algorithm>
#include <cmath>

namespace bgerp::worker {

namespace {

// The database counts leases in whole seconds.
constexpr std::chrono::milliseconds lease_margin{1000};

// A token not used by then goes back with the next wish. What a key begins in a stretch of time may
// exceed rate × time + burst by what it begins in this.
constexpr std::chrono::milliseconds token_ttl{500};
constexpr double spare_s = 0.25;

// Another worker has the permits: how often to ask again.
constexpr std::chrono::milliseconds denied_pause{200};
constexpr std::chrono::milliseconds token_pause_min{20};

double seconds(KeyState::Time::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

} // namespace

bool KeyState::shut() const {
    return breaker == queue::BreakerPhase::open || allowed() == 0;
}

std::int64_t KeyState::allowed() const {
    const std::int64_t by_limit =
        shared != nullptr ? unbounded : limit->concurrency.value_or(unbounded);
    return breaker == queue::BreakerPhase::half_open ? std::min<std::int64_t>(by_limit, 1)
                                                     : by_limit;
}

std::int64_t KeyState::may_run(Time now) const {
    if (shut()) {
        return 0;
    }
    if (local || !counts()) {
        return allowed();
    }
    return now < valid_until ? std::min(permits, allowed()) : 0;
}

std::int64_t KeyState::may_hold(Time now, const LimitRules& rules) const {
    const std::int64_t run = may_run(now);
    if (run >= unbounded || run == 0) {
        return run;
    }
    const PrefetchRules stock{1, static_cast<std::size_t>(unbounded), rules.horizon_ms};
    // A breaker's probe goes alone: what came after it would meet the same failure.
    const bool alone = breaker != queue::BreakerPhase::closed;
    const auto ahead = alone ? 0 : static_cast<std::int64_t>(stock_of(stock, job_ms()));
    return std::min(unbounded, run * (1 + ahead));
}

std::int64_t KeyState::permits_wanted(std::int64_t jobs, Time now, const LimitRules& rules) const {
    if (local || !counts() || shut() || jobs <= may_hold(now, rules)) {
        return 0;
    }
    const std::int64_t useful = std::min({allowed(), rules.slots, jobs});
    const std::int64_t held = now < valid_until ? permits : 0;
    return std::max<std::int64_t>(useful - held, 0);
}

std::int64_t KeyState::tokens_spare(Time now) const {
    const double since = seconds(now - tokens_taken_at);
    if (!metered() || tokens_spent == 0 || since > seconds(token_ttl)) {
        return 0;
    }
    constexpr double shortest = 0.005;
    const double per_s = static_cast<double>(tokens_spent) / std::max(since, shortest);
    return static_cast<std::int64_t>(per_s * spare_s);
}

queue::PermitWish KeyState::wish(std::int64_t more_permits, std::int64_t more_tokens, Time now) {
    queue::PermitWish wish;
    wish.key = hash;
    wish.limit = limit;
    wish.text = text;
    wish.held = now < valid_until ? permits : 0;
    wish.permits = more_permits;
    wish.tokens = more_tokens;
    wish.tokens_spare = tokens_spare(now);
    if (metered() && now >= tokens_until) {
        wish.tokens_back = std::exchange(tokens, 0);
    }
    return wish;
}

void KeyState::add(
    const queue::PermitWish& wish,
    const queue::PermitGrant& grant,
    Time asked_at,
    const LimitRules& rules
) {
    breaker = grant.breaker;
    const bool was_valid = asked_at < valid_until;
    if (!was_valid) {
        permits = 0;
    }
    if (grant.permits > 0) {
        permits += grant.permits;
        hold_until_end_of_lease(asked_at, rules);
    }
    if (grant.permits < wish.permits) {
        retry_at = asked_at + denied_pause;
    }
    if (metered()) {
        tokens = (asked_at < tokens_until ? tokens : 0) + grant.tokens;
        tokens_until = asked_at + token_ttl;
        tokens_taken_at = asked_at;
        tokens_spent = 0;
        if (grant.tokens < wish.tokens) {
            const std::chrono::microseconds next(grant.next_token_us);
            retry_at = std::max(
                retry_at,
                asked_at + std::max<std::chrono::microseconds>(next, token_pause_min)
            );
        }
    }
}

void KeyState::hold_until_end_of_lease(Time asked_at, const LimitRules& rules) {
    renewed_at = asked_at;
    valid_until = asked_at + rules.lease - std::min(lease_margin, rules.lease / 2);
}

bool KeyState::worth_taking(Time now, const LimitRules& rules) const {
    const bool shared_full = shared != nullptr && shared->in_hand >= shared->may_hold(now, rules);
    if (!parked || shut() || skip_until > now || shared_full) {
        return false;
    }
    const std::int64_t run = may_run(now);
    const std::int64_t hold = may_hold(now, rules);
    if (hold > run && in_hand >= run && 2 * in_hand > hold) {
        return false; // of short jobs half is fetched at a time
    }
    return has_room(now, rules) ||
           (retry_at <= now && (permits_wanted(in_hand + 1, now, rules) > 0 || tokens_at(now) == 0)
           );
}

void KeyState::admit(Time now) {
    ++in_hand;
    used_at = now;
    if (metered()) {
        --tokens;
        ++tokens_spent;
    }
    if (shared != nullptr) {
        ++shared->in_hand;
    }
}

void KeyState::refund() {
    if (metered()) {
        ++tokens;
    }
}

} // namespace bgerp::worker
