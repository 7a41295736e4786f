#include "worker/limits/key_state.hpp"

#include <algorithm>
#include <cmath>

namespace bgerp::worker {

namespace {

// The database counts leases in whole seconds.
constexpr std::chrono::milliseconds lease_margin{1000};

// Tokens at hand: never more than the rate brings in spare_s, so that a key never begins more in a
// stretch of time than burst + rate × (time + spare_s) for each worker. Those of a key at rest go
// back or are forgotten.
constexpr double spare_s = 0.25;
constexpr std::chrono::milliseconds token_ttl{1000};

// Another worker has the permits: how often to ask again.
constexpr std::chrono::milliseconds denied_pause{200};
constexpr std::chrono::milliseconds token_pause_min{20};

// A job that took longer than so many others counts as so many; times below the least are all one.
constexpr double outlier = 10;
constexpr double job_ms_least = 0.1;

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

std::int64_t KeyState::jobs_per_permit(Time now, const LimitRules& rules) const {
    // A breaker's probe goes alone: what came after it would meet the same failure.
    if (breaker != queue::BreakerPhase::closed) {
        return 1;
    }
    // Those that run have taken longer already than what is held ahead may wait.
    const std::chrono::duration<double, std::milli> since_last = now - began_at;
    if (running > 0 && since_last.count() > rules.horizon_ms) {
        return 1;
    }
    const PrefetchRules stock{1, static_cast<std::size_t>(unbounded), rules.horizon_ms};
    return 1 + static_cast<std::int64_t>(stock_of(stock, job_ms()));
}

std::int64_t KeyState::may_hold(Time now, const LimitRules& rules) const {
    const std::int64_t run = may_run(now);
    return run >= unbounded ? run : std::min(unbounded, run * jobs_per_permit(now, rules));
}

void KeyState::learn(double ms) {
    if (!cost.job_ms() && common_cost->job_ms()) {
        cost.learn(*common_cost->job_ms(), 1);
    }
    const double known = cost.job_ms().value_or(ms);
    const double counted = std::min(ms, outlier * std::max(known, job_ms_least));
    cost.learn(counted, 1);
    common_cost->learn(counted, 1);
}

void KeyState::learn_waited(double ms) {
    cost = JobCost();
    cost.learn(ms, 1);
}

// No more than it takes to hold the jobs: others may want the rest.
std::int64_t KeyState::permits_wanted(std::int64_t jobs, Time now, const LimitRules& rules) const {
    if (local || !counts() || shut() || permits_retry_at > now || jobs <= may_hold(now, rules)) {
        return 0;
    }
    const std::int64_t each = jobs_per_permit(now, rules);
    const std::int64_t useful = std::min({allowed(), rules.slots, (jobs + each - 1) / each});
    const std::int64_t held = now < valid_until ? permits : 0;
    return std::max<std::int64_t>(useful - held, 0);
}

std::int64_t KeyState::tokens_wanted(std::int64_t jobs, Time now) const {
    const bool may_ask = metered() && tokens_retry_at <= now;
    return may_ask ? std::max<std::int64_t>(jobs - tokens_at(now), 0) : 0;
}

std::int64_t KeyState::tokens_spare(Time now) const {
    const double since = seconds(now - tokens_taken_at);
    if (!metered() || tokens_spent == 0 || since > seconds(token_ttl)) {
        return 0;
    }
    constexpr double shortest = 0.005;
    const double in_a_second = static_cast<double>(tokens_spent) / std::max(since, shortest);
    const double at_most =
        static_cast<double>(limit->rate) / static_cast<double>(limit->period_s) * spare_s;
    return static_cast<std::int64_t>(std::min(in_a_second, at_most));
}

bool KeyState::low_on_tokens(std::int64_t jobs, Time now) const {
    return tokens_at(now) - jobs < tokens_spare(now) / 2 && tokens_retry_at <= now;
}

queue::PermitWish KeyState::wish(std::int64_t more_permits, std::int64_t more_tokens, Time now) {
    queue::PermitWish wish;
    wish.key = hash;
    wish.limit = limit;
    wish.text = text;
    wish.held = now < valid_until ? permits : 0;
    wish.permits = more_permits;
    wish.tokens = more_tokens;
    const std::int64_t left = more_tokens > 0 ? 0 : tokens_at(now);
    wish.tokens_spare = std::max<std::int64_t>(tokens_spare(now) - left, 0);
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
    observe_breaker(grant.breaker, asked_at);
    const bool was_valid = asked_at < valid_until;
    if (!was_valid) {
        permits = 0;
    }
    if (grant.permits > 0) {
        permits += grant.permits;
        hold_until_end_of_lease(asked_at, rules);
    }
    if (grant.permits < wish.permits) {
        permits_retry_at = asked_at + denied_pause;
    }
    if (metered()) {
        tokens += grant.tokens; // those that were too old went back with the wish
        tokens_until = asked_at + token_ttl;
        tokens_taken_at = asked_at;
        tokens_spent = 0;
        if (grant.tokens < wish.tokens) {
            const std::chrono::microseconds next(grant.next_token_us);
            tokens_retry_at = asked_at + std::max<std::chrono::microseconds>(next, token_pause_min);
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
    const bool permits_help = in_hand < hold || permits_wanted(in_hand + 1, now, rules) > 0;
    return permits_help && (tokens_at(now) > 0 || tokens_retry_at <= now);
}

KeyState::Time KeyState::worth_taking_at(Time now, const LimitRules& rules) const {
    Time at = skip_until;
    if (in_hand >= may_hold(now, rules)) {
        at = std::max(at, permits_retry_at);
    }
    return tokens_at(now) > 0 ? at : std::max(at, tokens_retry_at);
}

void KeyState::observe_breaker(queue::BreakerPhase phase, Time read_at) {
    breaker = breaker_at <= read_at ? phase : breaker;
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
