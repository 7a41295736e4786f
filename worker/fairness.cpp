#include "worker/fairness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace bgerp::worker {

namespace {

constexpr double weight_min = 0.01;

} // namespace

void Fairness::activate(Key tenant, double weight) {
    Account& account = accounts_[tenant];
    account.weight = std::max(weight, weight_min);
    if (account.active) {
        return;
    }
    account.active = true;
    account.on_turn = false;
    const std::uint64_t rounds_away = round_ - account.left_round;
    if (account.was_here) {
        account.balance_ms = std::min(
            0.0,
            account.balance_ms + static_cast<double>(rounds_away) * quantum_of(account)
        );
    }
    // Once a round at most, or a tenant that runs dry again and again would starve the ring.
    const bool paused_long_enough = !account.was_here || rounds_away > 0 || ring_.empty();
    if (paused_long_enough && account.balance_ms >= 0) {
        fresh_.push_back(tenant);
    } else {
        ring_.push_back(tenant);
    }
}

void Fairness::deactivate(Key tenant) {
    const auto found = accounts_.find(tenant);
    if (found == accounts_.end() || !found->second.active) {
        return;
    }
    resume(tenant);
    Account& account = found->second;
    account.active = false;
    account.was_here = true;
    account.left_round = round_;
    account.balance_ms = std::min(account.balance_ms, 0.0);
    drop_from_queues(tenant);
}

void Fairness::forget(Key tenant) {
    deactivate(tenant);
    accounts_.erase(tenant);
}

std::optional<Fairness::Key> Fairness::next() {
    while (!fresh_.empty()) {
        const Key tenant = fresh_.front();
        Account& account = accounts_.at(tenant);
        if (!account.on_turn) {
            account.on_turn = true;
            account.balance_ms += quantum_of(account);
        }
        if (account.balance_ms > 0) {
            return tenant;
        }
        account.on_turn = false;
        fresh_.pop_front();
        ring_.push_back(tenant);
    }
    return next_in_ring();
}

void Fairness::hold(Key tenant) {
    Account& account = accounts_.at(tenant);
    account.left_round = round_;
    ++held_count_;
    if (is_fresh(tenant)) {
        account.held = Held::from_fresh;
        fresh_.pop_front();
    } else { // its visit is put aside
        account.held = Held::from_ring;
        ring_.pop_front();
        visits_left_ -= std::min<std::size_t>(visits_left_, 1);
    }
}

void Fairness::resume(Key tenant) {
    const auto found = accounts_.find(tenant);
    if (found == accounts_.end() || found->second.held == Held::no) {
        return;
    }
    --held_count_;
    Account& account = found->second;
    account.balance_ms += static_cast<double>(round_ - account.left_round) * quantum_of(account);
    if (std::exchange(account.held, Held::no) == Held::from_fresh) {
        fresh_.push_front(tenant);
    } else {
        ring_.push_front(tenant);
        ++visits_left_;
    }
}

void Fairness::end_fresh(Key tenant) {
    if (!is_fresh(tenant)) {
        return;
    }
    Account& account = accounts_.at(tenant);
    account.on_turn = false;
    account.balance_ms = std::min(account.balance_ms, 0.0); // its next turn brings a new quantum
    fresh_.pop_front();
    ring_.push_back(tenant);
}

std::optional<Fairness::Key> Fairness::next_in_ring() {
    if (ring_.empty()) {
        return std::nullopt;
    }
    for (std::size_t visits = 0; visits <= ring_.size(); ++visits) {
        const Key tenant = ring_.front();
        Account& account = accounts_.at(tenant);
        if (!account.on_turn) {
            account.on_turn = true;
            account.balance_ms += quantum_of(account);
        }
        if (account.balance_ms > 0) {
            return tenant;
        }
        end_visit();
    }
    skip_empty_rounds();
    return next_in_ring();
}

void Fairness::end_visit() {
    const Key tenant = ring_.front();
    accounts_.at(tenant).on_turn = false;
    ring_.pop_front();
    ring_.push_back(tenant);
    if (visits_left_ == 0 || --visits_left_ == 0) {
        ++round_;
        visits_left_ = ring_.size();
    }
}

// Everybody is in debt: the rounds in which nobody could be served are added up at once, so that
// a long job's debt costs no loop. One round is left for next_in_ring to give.
void Fairness::skip_empty_rounds() {
    double fewest = std::numeric_limits<double>::max();
    for (const Key tenant : ring_) {
        const Account& account = accounts_.at(tenant);
        fewest = std::min(fewest, std::floor(-account.balance_ms / quantum_of(account)));
    }
    if (fewest <= 0) {
        return;
    }
    for (const Key tenant : ring_) {
        Account& account = accounts_.at(tenant);
        account.balance_ms += fewest * quantum_of(account);
    }
    round_ += static_cast<std::uint64_t>(fewest);
}

void Fairness::charge(Key tenant, double ms) {
    const auto found = accounts_.find(tenant);
    if (found != accounts_.end()) {
        found->second.balance_ms -= ms;
    }
}

double Fairness::balance_ms(Key tenant) const {
    const auto found = accounts_.find(tenant);
    return found == accounts_.end() ? 0.0 : found->second.balance_ms;
}

bool Fairness::active(Key tenant) const {
    const auto found = accounts_.find(tenant);
    return found != accounts_.end() && found->second.active;
}

void Fairness::drop_from_queues(Key tenant) {
    const auto in_fresh = std::find(fresh_.begin(), fresh_.end(), tenant);
    if (in_fresh != fresh_.end()) {
        fresh_.erase(in_fresh);
        return;
    }
    const auto in_ring = std::find(ring_.begin(), ring_.end(), tenant);
    if (in_ring != ring_.end()) {
        ring_.erase(in_ring);
        visits_left_ = std::min(visits_left_, ring_.size());
    }
}

} // namespace bgerp::worker
