#include "worker/wind_down.hpp"

#include "base/deadline.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds drain_poll{10};

constexpr std::chrono::seconds stop_grace{5}; // for handlers that were asked to stop

// The same when somebody is in a hurry: a little more than a program gets from TERM to KILL, so
// that it doesn't run on beside its next attempt.
constexpr std::chrono::seconds hurry_grace{3};

bool still_ours(const HeldJobPtr& held) {
    return held->stop.load() != StopReason::lease_lost;
}

} // namespace

WindDown::WindDown(
    std::chrono::seconds grace, JobsInHand& in_hand, Settler& settler, Executor& executor
)
    : grace_(grace)
    , in_hand_(in_hand)
    , settler_(settler)
    , executor_(executor) {}

void WindDown::let_finish() {
    const Deadline deadline = Deadline::after(grace_);
    for (auto held = in_hand_.all(); std::any_of(held.begin(), held.end(), still_ours);
         held = in_hand_.all()) {
        if (deadline.passed() || hurry_.wait_for(drain_poll)) {
            return;
        }
    }
}

bool WindDown::make_stop() {
    ask_to_stop();
    Deadline deadline = Deadline::after(stop_grace);
    bool hurried = false;
    while (in_hand_.count() > 0 && !deadline.passed()) {
        if (!hurried && hurry_.raised()) {
            hurried = true;
            deadline = Deadline::after(
                std::min<std::chrono::milliseconds>(deadline.remaining(), hurry_grace)
            );
        }
        never_.wait_for(drain_poll);
    }
    return in_hand_.count() == 0;
}

void WindDown::ask_to_stop() {
    for (const HeldJobPtr& held : in_hand_.all()) {
        held->request_stop(StopReason::shutdown);
    }
}

void WindDown::release_rest() {
    for (const HeldJobPtr& held : in_hand_.all()) {
        if (still_ours(held)) {
            settler_.settle(*held, {}, {Verdict::release, 0, {}});
        }
    }
}

void WindDown::end_overrun() {
    for (const HeldJobPtr& held : in_hand_.all()) {
        if (held->overran.load()) {
            executor_.overran(*held);
        }
    }
}

} // namespace bgerp::worker
