// Whose turn it is: deficit round robin (Shreedhar and Varghese, 1995) over the tenants that have
// work, paid in measured milliseconds after the fact, weighted by plan. It is work-conserving: as
// long as any tenant has work, somebody's turn it is. As in FQ-CoDel (RFC 8290), who comes after a
// pause of a round or more is served once before the others, so that one small job need not wait
// for a round over all tenants; debts survive a pause and shrink with every round. Pure code, no
// clock; used by the reserver's thread alone.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

namespace bgerp::worker {

class Fairness {
public:
    using Key = std::uint64_t;

    /// What a tenant of weight 1 may use before the turn goes on.
    explicit Fairness(double quantum_ms = 50.0)
        : quantum_ms_(quantum_ms) {}

    /// The tenant has work. Nothing happens if that was known; a changed weight counts from its
    /// next turn on. A weight below 0.01 is taken as 0.01.
    void activate(Key tenant, double weight);

    /// The tenant has no more work; credit is lost, debt is not.
    void deactivate(Key tenant);

    /// Forgets all about a tenant that is gone.
    void forget(Key tenant);

    /// The tenant to serve now; it stays the same until it is charged more than it has, or
    /// deactivated. Empty only when no tenant is active.
    [[nodiscard]] std::optional<Key> next();

    /// The tenant whose turn it would be if none had come after a pause.
    [[nodiscard]] std::optional<Key> next_behind_fresh() { return next_in_ring(); }

    /// Takes `ms` off the tenant's balance; negative gives back (an estimate that was too high).
    void charge(Key tenant, double ms);

    /// What the tenant may still use in this turn; negative: its debt; 0 for an unknown one.
    [[nodiscard]] double balance_ms(Key tenant) const;

    [[nodiscard]] bool active(Key tenant) const;

    /// True while it is this tenant's turn because it came after a pause.
    [[nodiscard]] bool is_fresh(Key tenant) const {
        return !fresh_.empty() && fresh_.front() == tenant;
    }

    /// Takes the tenant whose turn it is out of the turns until resume(): what it was given a turn
    /// for is still being fetched, and somebody else's turn it is meanwhile.
    void hold(Key tenant);

    /// Where it was when it was held, before the others, with the credit of the rounds it missed:
    /// its turn goes on. Nothing happens when it isn't held, deactivated meanwhile for example.
    void resume(Key tenant);

    /// It was served as one that came after a pause, and has more work: from now on it takes turns
    /// with the others.
    void end_fresh(Key tenant);

    /// Held ones included.
    [[nodiscard]] std::size_t active_count() const {
        return fresh_.size() + ring_.size() + held_count_;
    }

private:
    enum class Held { no, from_fresh, from_ring };

    struct Account {
        double balance_ms = 0;
        double weight = 1;
        bool active = false;
        bool on_turn = false;         // has been given its quantum for this visit
        std::uint64_t left_round = 0; // when it was last deactivated
        bool was_here = false;
        Held held = Held::no;
    };

    [[nodiscard]] double quantum_of(const Account& account) const {
        return quantum_ms_ * account.weight;
    }

    [[nodiscard]] std::optional<Key> next_in_ring();
    void end_visit();
    void skip_empty_rounds();
    void drop_from_queues(Key tenant);

    double quantum_ms_;
    std::unordered_map<Key, Account> accounts_;
    std::deque<Key> fresh_; // served first, once
    std::deque<Key> ring_;  // the round robin; its front is on turn
    std::uint64_t round_ = 1;
    std::size_t visits_left_ = 0; // until the round is over
    std::size_t held_count_ = 0;
};

} // namespace bgerp::worker
