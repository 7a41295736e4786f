// The reserver's part for jobs under limits: through the gate, and back from where they were held.

#include "worker/reserver.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds short_nap{2};
constexpr double job_ms_unknown = 1.0;

} // namespace

// Those that no limit holds back. What can't be asked for goes back as soon as the database allows.
std::vector<LimitGate::Admitted>
Reserver::admit(Work& work, std::vector<queue::ReservedJob> jobs, const Lane& lane) {
    std::vector<LimitGate::Admitted> admitted;
    if (!parts_.limits.book().applies_to(*work.tenant)) {
        admitted.reserve(jobs.size());
        for (queue::ReservedJob& job : jobs) {
            admitted.push_back({std::move(job), nullptr});
        }
        return admitted;
    }
    try {
        return parts_.limits.admit(work.tenant, jobs, expected_job_ms(lane));
    } catch (const Failure&) {
        std::vector<HeldJobPtr> held;
        for (queue::ReservedJob& job : jobs) {
            held.push_back(std::make_shared<HeldJob>(
                work.tenant,
                lane.meter,
                std::move(job),
                SteadyClock::now()
            ));
        }
        parts_.in_hand.add(held);
        parts_.counters.reserved.fetch_add(held.size());
        unreleased_.insert(unreleased_.end(), held.begin(), held.end());
        throw;
    }
}

void Reserver::hand_over_admitted(
    Work& work, std::vector<LimitGate::Admitted> jobs, double job_ms, HeldJob::Time asked_at
) {
    std::vector<HeldJobPtr> held;
    held.reserve(jobs.size());
    std::shared_ptr<LaneMeter> meter;
    for (LimitGate::Admitted& admitted : jobs) {
        if (held.empty() || held.back()->job.key.queue != admitted.job.key.queue) {
            meter = work.lanes.of(admitted.job.key.queue).meter;
        }
        held.push_back(
            std::make_shared<HeldJob>(work.tenant, meter, std::move(admitted.job), asked_at)
        );
        held.back()->pass = std::move(admitted.pass);
        held.back()->charged_us = static_cast<std::int64_t>(job_ms * 1000.0);
    }
    fairness_.charge(work.tenant->key, job_ms * static_cast<double>(held.size()));
    push(held, fairness_.is_fresh(work.tenant->key));
}

void Reserver::wake_parked() {
    for (const auto& tenant : parts_.limits.book().ready(SteadyClock::now())) {
        works_[tenant->key].tenant = tenant;
        fairness_.activate(tenant->key, tenant->weight);
    }
}

// Jobs of the tenant that a limit held back until now. False when it isn't their turn.
bool Reserver::serve_parked(Work& work) {
    const auto now = SteadyClock::now();
    LimitBook& book = parts_.limits.book();
    if (!book.has_ready(*work.tenant, now)) {
        work.parked_turn = false;
        return false;
    }
    work.parked_turn = !work.parked_turn;
    if (!work.parked_turn && work.lanes.any_open()) {
        return false;
    }
    auto known_ms = book.parked_job_ms(*work.tenant, now);
    if (!known_ms) {
        known_ms = any_cost_.job_ms();
    }
    const std::size_t stock = stock_of(rules_.prefetch, known_ms);
    const std::size_t room = std::min(parts_.ready.room(stock), room_in_hand());
    if (room == 0) {
        wait_for_room(stock, short_nap);
        return true;
    }
    try {
        hand_over_admitted(
            work,
            parts_.limits.take_parked(work.tenant, room, room_in_hand()),
            known_ms.value_or(job_ms_unknown),
            now
        );
        outage_.succeeded();
    } catch (const Failure& error) {
        fairness_.deactivate(work.tenant->key);
        outage_.failed(error, stop_);
    }
    return true;
}

} // namespace bgerp::worker
