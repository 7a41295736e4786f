// The limit book's part for the slots: whose turn it is among the jobs in hand.

#include "worker/limits/tenant_book.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

std::int64_t us_of(KeyState::Time time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

template <class Fn>
void for_each_count(const std::vector<KeyState*>& keys, Fn fn) {
    for (KeyState* const key : keys) {
        fn(*key);
        if (key->shared != nullptr) {
            fn(*key->shared);
        }
    }
}

} // namespace

LimitPass::~LimitPass() {
    book_.drop(*this);
}

void LimitBook::drop(LimitPass& pass) {
    if (pass.stage_ == LimitPass::Stage::ended) {
        return; // nobody else has it any more: no lock
    }
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        for_each_count(pass.keys_, [&](KeyState& key) {
            --key.in_hand;
            key.running -= pass.stage_ == LimitPass::Stage::running ? 1 : 0;
            room = room || key.parked;
        });
        room = room && !closed_; // nobody is left to be woken
        if (pass.stage_ == LimitPass::Stage::admitted) {
            for (KeyState* const key : pass.keys_) {
                key->refund();
            }
        }
        pass.stage_ = LimitPass::Stage::ended;
    }
    if (room) {
        on_room_();
    }
}

bool LimitBook::may_begin(const LimitPass& pass, Time now, KeyState*& full) const {
    full = nullptr;
    for (KeyState* const key : pass.keys_) {
        const bool shared_full =
            key->shared != nullptr && key->shared->running >= key->shared->may_run(now);
        if (shared_full || key->running >= key->may_run(now)) {
            full = shared_full ? key->shared : key;
            return false;
        }
    }
    return true;
}

void LimitBook::start(LimitPass& pass, Time now) {
    pass.stage_ = LimitPass::Stage::running;
    pass.began_us_ = us_of(now);
    for_each_count(pass.keys_, [now](KeyState& key) {
        ++key.running;
        key.began_at = now;
        key.running_peak = std::max(key.running_peak, key.running);
    });
}

LimitBook::Turn LimitBook::begin(const HeldJobPtr& held, Time now) {
    const std::lock_guard lock(mutex_);
    KeyState* full = nullptr;
    if (may_begin(*held->pass, now, full)) {
        start(*held->pass, now);
        return Turn::now;
    }
    if (closed_) {
        return Turn::never;
    }
    full->waiting.push_back(held);
    return Turn::later;
}

HeldJobPtr LimitBook::end(const HeldJob& held, Time now) {
    HeldJobPtr next;
    bool room = false;
    {
        const std::lock_guard lock(mutex_);
        LimitPass& pass = *held.pass;
        const double spent_ms = static_cast<double>(us_of(now) - pass.began_us_) / 1000.0;
        pass.stage_ = LimitPass::Stage::ended;
        for_each_count(pass.keys_, [&](KeyState& key) {
            --key.running;
            --key.in_hand;
            key.used_at = now;
            key.learn(spent_ms);
        });
        room = std::any_of(pass.keys_.begin(), pass.keys_.end(), [&](const KeyState* key) {
            return key->shared != nullptr || key->worth_taking(now, rules_);
        });
        next = next_waiting(pass.keys_, now);
    }
    if (room) {
        on_room_();
    }
    return next;
}

HeldJobPtr LimitBook::next_waiting(const std::vector<KeyState*>& keys, Time now) {
    std::vector<KeyState*> freed;
    for_each_count(keys, [&](KeyState& key) { freed.push_back(&key); });
    for (KeyState* const key : freed) {
        while (!key->waiting.empty()) {
            KeyState* full = nullptr;
            HeldJobPtr job = key->waiting.front();
            if (may_begin(*job->pass, now, full)) {
                key->waiting.pop_front();
                start(*job->pass, now);
                return job;
            }
            if (full == key) {
                break;
            }
            key->waiting.pop_front(); // another limit holds it back
            full->waiting.push_back(job);
        }
    }
    return nullptr;
}

std::vector<std::pair<HeldJobPtr, queue::ParkedJob>>
LimitBook::take_stale(Time now, std::chrono::milliseconds age) {
    const std::lock_guard lock(mutex_);
    const Time since = now - age;
    std::vector<std::pair<HeldJobPtr, queue::ParkedJob>> stale;
    const auto take_from = [&](KeyState& key) {
        while (!key.waiting.empty() && key.waiting.front()->ready_since < since) {
            const HeldJobPtr job = std::move(key.waiting.front());
            key.waiting.pop_front();
            // A count of the worker's own stands in the database under the tenant's key.
            KeyState* under = &key;
            for (KeyState* const of_job : job->pass->keys()) {
                under = of_job->shared == &key ? of_job : under;
            }
            if (TenantBook* const book = find(*job->tenant)) {
                book->mark_parked(*under, true, now);
            }
            key.learn_waited(static_cast<double>(age.count()));
            under->learn_waited(static_cast<double>(age.count()));
            stale.push_back({job, {&job->job, under->hash, under->limit->name, under->text}});
        }
    };
    for (auto& book : tenants_) {
        for (auto& key : book.second->keys) {
            take_from(*key.second);
        }
    }
    for (auto& count : local_) {
        take_from(*count.second);
    }
    return stale;
}

std::vector<HeldJobPtr> LimitBook::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    std::vector<HeldJobPtr> left;
    const auto take_all = [&](KeyState& key) {
        left.insert(left.end(), key.waiting.begin(), key.waiting.end());
        key.waiting.clear();
    };
    for (auto& book : tenants_) {
        for (auto& key : book.second->keys) {
            take_all(*key.second);
        }
    }
    for (auto& count : local_) {
        take_all(*count.second);
    }
    return left;
}

} // namespace bgerp::worker
