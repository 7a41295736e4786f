// One key of one limit as this worker knows it: permits and tokens it has, jobs it counts, jobs
// that wait for their turn or, in the database, for a permit. Pure code, no clock of its own; the
// book guards it.
#pragma once

#include "tenant_db/queue/permits.hpp"
#include "worker/held_job.hpp"
#include "worker/prefetch.hpp"

#include <deque>
#include <limits>

namespace bgerp::worker {

/// How far ahead of what runs jobs of a key may be held ready.
struct LimitRules {
    std::int64_t slots = 4;
    double horizon_ms = 25;            // of PrefetchRules
    std::chrono::milliseconds lease{}; // of permits
};

struct KeyState {
    using Time = HeldJob::Time;

    static constexpr std::int64_t unbounded = std::numeric_limits<std::int32_t>::max();

    std::uint64_t hash = 0;
    std::string text;
    std::shared_ptr<const queue::Limit> limit;

    /// The worker's own count for all tenants, when the limit is the worker's (worker.kind_limits).
    KeyState* shared = nullptr;
    bool local = false; // it is such a count: nothing of it is in the database

    std::int64_t permits = 0;
    Time valid_until{}; // of the permits, told by this host with a margin
    Time renewed_at{};
    std::int64_t in_hand = 0;
    std::int64_t running = 0;
    std::int64_t running_peak = 0; // since the keeper last looked
    Time began_at{};               // the last of those that ran or run
    int surplus_looks = 0;         // in a row that found more permits than were used

    std::int64_t tokens = 0;
    Time tokens_until{};
    Time tokens_taken_at{};
    std::int64_t tokens_spent = 0; // since then

    std::deque<HeldJobPtr> waiting; // a slot had them, and their turn hasn't come
    bool parked = false;            // jobs wait in job_blocked
    Time parked_since{};            // or not parked, as this worker itself saw to
    Time permits_retry_at{};        // no more permits are to be had before
    Time tokens_retry_at{};         // nor tokens
    Time skip_until{};              // what is parked isn't for this worker
    int skips = 0;                  // in a row
    Time used_at{};                 // a job was in hand; to ask or look for one is no use of it
    JobCost cost;
    std::shared_ptr<JobCost> common_cost; // of all keys of the limit
    queue::BreakerPhase breaker = queue::BreakerPhase::closed;
    Time breaker_at{}; // when this worker itself learned of it

    /// Whether jobs of the key need permits.
    [[nodiscard]] bool counts() const {
        return shared == nullptr &&
               (limit->concurrency.has_value() || breaker != queue::BreakerPhase::closed);
    }

    [[nodiscard]] bool metered() const { return limit->rate > 0; }

    /// Nothing of it begins, whatever others do: paused, or its breaker is open.
    [[nodiscard]] bool shut() const;

    /// Jobs that may run at one time over all workers.
    [[nodiscard]] std::int64_t allowed() const;

    /// Of them, here and now.
    [[nodiscard]] std::int64_t may_run(Time now) const;

    /// Jobs that may be in this worker's hands: those that may run, and for short jobs what they
    /// get through in the horizon.
    [[nodiscard]] std::int64_t may_hold(Time now, const LimitRules& rules) const;

    [[nodiscard]] std::int64_t tokens_at(Time now) const {
        return metered() ? (now < tokens_until ? tokens : 0) : unbounded;
    }

    /// One job more?
    [[nodiscard]] bool has_room(Time now, const LimitRules& rules) const {
        return !shut() && in_hand < may_hold(now, rules) && tokens_at(now) > 0 &&
               (shared == nullptr || shared->in_hand < shared->may_hold(now, rules));
    }

    [[nodiscard]] std::optional<double> job_ms() const {
        return cost.job_ms() ? cost.job_ms() : common_cost->job_ms();
    }

    /// A job took so long. A single one that took far longer than the others (the machine was busy)
    /// doesn't make all of them long.
    void learn(double ms);

    /// Jobs that waited for their turn so long didn't get it: they aren't short after all.
    void learn_waited(double ms);

    /// Permits to ask for, so that `jobs` may be held.
    [[nodiscard]] std::int64_t
    permits_wanted(std::int64_t jobs, Time now, const LimitRules& rules) const;

    /// Tokens to ask for, so that `jobs` more may begin.
    [[nodiscard]] std::int64_t tokens_wanted(std::int64_t jobs, Time now) const;

    /// Tokens worth having at hand: what it uses in a second if it goes on as lately, and no more
    /// than a quarter of a second brings.
    [[nodiscard]] std::int64_t tokens_spare(Time now) const;

    /// After `jobs` more it will soon have to ask for tokens.
    [[nodiscard]] bool low_on_tokens(std::int64_t jobs, Time now) const;

    /// To ask for so many. Tokens that are too old to be used go back with it.
    [[nodiscard]] queue::PermitWish
    wish(std::int64_t more_permits, std::int64_t more_tokens, Time now);

    /// Takes in what was granted. `asked_at` is before the statement began.
    void
    add(const queue::PermitWish& wish,
        const queue::PermitGrant& grant,
        Time asked_at,
        const LimitRules& rules);

    /// The permits' lease was set by a statement that began at `asked_at`.
    void hold_until_end_of_lease(Time asked_at, const LimitRules& rules);

    /// Whether parked jobs may run here without asking, or asking may help.
    [[nodiscard]] bool worth_taking(Time now, const LimitRules& rules) const;

    /// When worth_taking() may become true by the passing of time.
    [[nodiscard]] Time worth_taking_at(Time now, const LimitRules& rules) const;

    /// Takes in a breaker's phase that was read after `read_at`, unless the worker knows better.
    void observe_breaker(queue::BreakerPhase phase, Time read_at);

    /// Counts a job that is admitted, spending a token.
    void admit(Time now);

    /// The job didn't begin: its token is as good as before.
    void refund();

private:
    [[nodiscard]] std::int64_t jobs_per_permit(Time now, const LimitRules& rules) const;
};

} // namespace bgerp::worker
