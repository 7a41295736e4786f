#include "worker/ring_listener.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds nap_max{100}; // how soon a wish to stop is noticed

// Kept while discovery is busy; beyond them the sweep has to find the work.
constexpr std::size_t heard_max = 10'000;

} // namespace

RingListener::RingListener(
    std::chrono::milliseconds fresh,
    QueueSelection selection,
    DoorbellSocket& doorbell,
    WorkInbox& inbox,
    Pulse& pulse
)
    : fresh_(fresh)
    , selection_(std::move(selection))
    , doorbell_(doorbell)
    , inbox_(inbox)
    , pulse_(pulse) {}

RingListener::~RingListener() {
    stop();
}

void RingListener::start() {
    Pulse::Beat& beat = pulse_.add("doorbell");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void RingListener::stop() {
    stop_.raise();
    doorbell_.wake();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void RingListener::run(Pulse::Beat& beat) {
    Outage outage(beat.name());
    while (!stop_.raised()) {
        beat.touch();
        try {
            hear(doorbell_.wait(nap_max));
            outage.succeeded();
        } catch (const std::exception& error) { // these rings are lost, the sweep finds the work
            outage.failed(error, stop_);
        }
    }
}

// The hint is given under the lock: whoever learns of a pause first tells it here, then to the
// inbox, where it thus comes behind every hint that didn't know of it.
void RingListener::hear(const std::set<Ring>& rings) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    bool ask = false;
    for (const Ring& ring : rings) {
        const auto known = known_.find(ring.org);
        const bool fresh = known != known_.end() && now <= known->second.asked_at + fresh_;
        if (ring.early) {
            if (known != known_.end() && may_hint(known->second, ring, fresh)) {
                inbox_.expect(known->second.tenant, ring.queue);
            }
            continue;
        }
        const bool hinted = known != known_.end() && may_hint(known->second, ring, fresh);
        if (hinted) {
            inbox_.hint(known->second.tenant, ring.queue);
        }
        ask = ask || !hinted || !fresh;
        const auto heard = heard_.find(ring);
        if (heard != heard_.end()) {
            heard->second = heard->second && hinted;
        } else if (heard_.size() < heard_max) {
            heard_.emplace(ring, hinted);
        }
    }
    if (ask) {
        woken_ = true;
        changed_.notify_one();
    }
}

bool RingListener::may_hint(const Known& known, const Ring& ring, bool fresh) const {
    const auto& paused = known.paused;
    return !ring.queue.empty() && !known.paused_all && (fresh || !known.limited) &&
           std::find(paused.begin(), paused.end(), ring.queue) == paused.end() &&
           selection_.selects(ring.queue);
}

void RingListener::know(const std::string& org, Known known) {
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(org, std::move(known));
}

void RingListener::forget(const std::string& org) {
    const std::lock_guard lock(mutex_);
    known_.erase(org);
}

std::map<Ring, bool> RingListener::wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return woken_; });
    woken_ = false;
    return std::exchange(heard_, {});
}

void RingListener::wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
}

} // namespace bgerp::worker
