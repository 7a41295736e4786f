#include "worker/lease_renewer.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/lifecycle.hpp"

#include <algorithm>
#include <unordered_map>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Rows of one renewing transaction: enough to make it cheap, few enough to hold locks shortly.
constexpr std::size_t group_max = 1000;

} // namespace

LeaseRenewer::LeaseRenewer(std::chrono::milliseconds lease, JobsInHand& in_hand, Pulse& pulse)
    : lease_(lease)
    , in_hand_(in_hand)
    , pulse_(pulse) {}

LeaseRenewer::~LeaseRenewer() {
    stop();
}

void LeaseRenewer::start() {
    Pulse::Beat& beat = pulse_.add("lease renewer");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void LeaseRenewer::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void LeaseRenewer::run(Pulse::Beat& beat) {
    Outage outage("lease renewer");
    const auto interval = std::min(lease_ / 6, std::chrono::milliseconds(1000));
    while (!stop_.wait_for(interval)) {
        beat.touch();
        give_up_expired();
        try {
            renew_due();
            outage.succeeded();
        } catch (const Failure& error) {
            outage.failed(error, stop_);
        }
    }
}

void LeaseRenewer::renew_due() {
    const auto now = SteadyClock::now();
    std::exception_ptr refused;
    std::unordered_map<const ServedTenant*, std::vector<HeldJobPtr>> groups;
    for (HeldJobPtr& held : in_hand_.all()) {
        const bool lost = held->stop.load() == StopReason::lease_lost;
        const bool claimed = held->claim_has_ended(); // else its mark can't be read yet
        if (lost || !claimed || now - held->leased_at.load() < lease_ / 6) {
            continue;
        }
        if (now > held->renew_until.load()) {
            log_error("a handler ignores its time-out", {{"tenant", held->tenant->org}});
            held->overran.store(true);
            held->request_stop(StopReason::lease_lost);
            overrun_.store(true);
            continue;
        }
        std::vector<HeldJobPtr>& group = groups[held->tenant.get()];
        group.push_back(std::move(held));
        if (group.size() == group_max) {
            renew_or_note(group, refused);
            group.clear();
        }
    }
    for (const auto& entry : groups) {
        renew_or_note(entry.second, refused);
    }
    if (refused) {
        std::rethrow_exception(refused);
    }
}

// What one tenant's database refuses (it is gone, or a right is missing) costs nobody else a lease.
// An outage ends the round: the others would meet it too, each after a wait.
void LeaseRenewer::renew_or_note(
    const std::vector<HeldJobPtr>& group, std::exception_ptr& refused
) {
    try {
        renew_group(group);
    } catch (const Failure& error) {
        if (!is_refusal(error)) {
            throw;
        }
        refused = std::current_exception();
    }
}

void LeaseRenewer::renew_group(const std::vector<HeldJobPtr>& group) {
    if (group.empty()) {
        return;
    }
    std::vector<const queue::ReservedJob*> jobs;
    jobs.reserve(group.size());
    for (const HeldJobPtr& held : group) {
        jobs.push_back(&held->job);
    }
    const ServedTenant& tenant = *group.front()->tenant;
    const auto before = SteadyClock::now(); // the database sets the lease later than this
    const queue::RenewOutcome outcome =
        queue::renew_leases(*tenant.queue_pool, Deadline::after(lease_ / 3), tenant.schema, jobs);
    for (const HeldJobPtr& held : group) {
        held->leased_at.store(before);
    }
    for (const std::size_t index : outcome.lost) {
        group[index]->request_stop(StopReason::lease_lost);
    }
    for (const std::size_t index : outcome.cancel) {
        group[index]->request_stop(StopReason::cancelled);
    }
}

void LeaseRenewer::give_up_expired() {
    const auto now = SteadyClock::now();
    for (const HeldJobPtr& held : in_hand_.all()) {
        const bool known = held->stop.load() == StopReason::lease_lost;
        if (!known && now - held->leased_at.load() >= lease_) {
            log_warn("a lease could not be renewed in time", {{"tenant", held->tenant->org}});
            held->request_stop(StopReason::lease_lost);
        }
    }
}

} // namespace bgerp::worker
