#include "worker/reserver.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <cmath>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds nap{100};
constexpr std::chrono::milliseconds short_nap{2};
constexpr std::chrono::milliseconds collect_interval{10};
constexpr std::chrono::seconds stock_ttl{1};
constexpr std::chrono::milliseconds stale_interval{50};
constexpr std::chrono::seconds statement_time{30};

// Charged in advance for a job of a lane that has no history.
constexpr double job_ms_unknown = 1.0;

// Rows of one claim: the queue takes no more at a time.
constexpr double claim_max = 1000;

// Rows of the first claim from a queue whose jobs are only expected to be as short as the others'.
constexpr std::size_t first_claim_max = 250;

} // namespace

Reserver::Reserver(ReserverRules rules, const ReserverParts& parts)
    : rules_(std::move(rules))
    , parts_(parts) {}

Reserver::~Reserver() {
    stop();
}

void Reserver::start() {
    Pulse::Beat& beat = parts_.pulse.add("reserver");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void Reserver::stop() {
    stop_.raise();
    parts_.inbox.wake();
    parts_.ready.nudge();
    if (!thread_.joinable()) {
        return;
    }
    thread_.join();
    std::vector<HeldJobPtr> left = parts_.ready.close();
    const std::vector<HeldJobPtr> waiting = parts_.limits.book().close();
    left.insert(left.end(), waiting.begin(), waiting.end());
    release(std::move(left));
}

void Reserver::run(Pulse::Beat& beat) {
    while (!stop_.raised()) {
        beat.touch();
        try {
            take_news();
            collect_costs();
            release_stale();
            wake_parked();
            serve_next();
        } catch (const std::exception& error) { // ours: the tick is lost, the loop goes on
            outage_.failed(error, stop_);
        }
    }
}

void Reserver::take_news() {
    const auto now = SteadyClock::now();
    for (const WorkNews& news : parts_.inbox.fetch()) {
        if (news.gone) {
            fairness_.forget(news.tenant->key);
            works_.erase(news.tenant->key);
            continue;
        }
        Work& work = works_[news.tenant->key];
        work.tenant = news.tenant;
        work.lanes.open({news.queues.begin(), news.queues.end()}, now);
        work.lanes.close(news.paused);
        if (news.paused_all) {
            work.lanes.close_all();
        }
        fairness_.activate(news.tenant->key, news.tenant->weight);
    }
    quiet_.store(fairness_.active_count() == 0);
}

void Reserver::collect_costs() {
    const auto now = SteadyClock::now();
    if (now - collected_at_ < collect_interval) {
        return;
    }
    collected_at_ = now;
    Measured all;
    for (auto& entry : works_) {
        const auto owed = entry.second.tenant->owed_us.exchange(0, std::memory_order_relaxed);
        fairness_.charge(entry.first, static_cast<double>(owed) / 1000.0);
        const Measured measured = entry.second.lanes.learn();
        all.ms += measured.ms;
        all.jobs += measured.jobs;
    }
    any_cost_.learn(all.ms, all.jobs);
}

// Stock that lies around means that the jobs before it take longer than their history promised.
void Reserver::release_stale() {
    const auto now = SteadyClock::now();
    if (now - looked_for_stale_at_ < stale_interval && unreleased_.empty()) {
        return;
    }
    looked_for_stale_at_ = now;
    parts_.in_hand.remove(parts_.limits.park_stale(now - stock_ttl));
    std::vector<HeldJobPtr> stale = parts_.ready.take_older_than(now - stock_ttl);
    if (stale.empty() && unreleased_.empty()) {
        return;
    }
    constexpr auto stock_ms = std::chrono::milliseconds(stock_ttl).count();
    for (const HeldJobPtr& held : stale) {
        held->meter->us.fetch_add(stock_ms * 1000);
        held->meter->jobs.fetch_add(1);
    }
    collected_at_ = {};
    collect_costs();
    release(std::move(stale));
}

void Reserver::release(std::vector<HeldJobPtr> jobs) {
    jobs.insert(jobs.end(), unreleased_.begin(), unreleased_.end());
    unreleased_.clear();
    std::unordered_map<const ServedTenant*, std::vector<HeldJobPtr>> groups;
    for (HeldJobPtr& held : jobs) {
        groups[held->tenant.get()].push_back(std::move(held));
    }
    for (auto& entry : groups) {
        const ServedTenant& tenant = *entry.second.front()->tenant;
        std::vector<const queue::ReservedJob*> rows;
        for (const HeldJobPtr& held : entry.second) {
            rows.push_back(&held->job);
        }
        try {
            parts_.counters.released.fetch_add(queue::release_if_mine(
                *tenant.queue_pool,
                Deadline::after(statement_time),
                tenant.schema,
                rows
            ));
        } catch (const Failure& error) {
            outage_.failed(error, stop_);
            unreleased_.insert(unreleased_.end(), entry.second.begin(), entry.second.end());
            continue;
        }
        for (const HeldJobPtr& held : entry.second) {
            held->tenant->owed_us.fetch_sub(held->charged_us, std::memory_order_relaxed);
        }
        parts_.counters.reserved.fetch_sub(entry.second.size());
        parts_.in_hand.remove(entry.second);
    }
}

void Reserver::serve_next() {
    const auto turn = fairness_.next();
    const bool enough = rules_.jobs_max > 0 && parts_.counters.reserved.load() >= rules_.jobs_max;
    if (!turn || enough || parts_.completer.failing()) {
        quiet_.store(!turn);
        parts_.inbox.wait_for(parts_.limits.book().next_ready_in(SteadyClock::now(), nap));
        return;
    }
    Work& work = works_.at(*turn);
    if (serve_parked(work)) {
        return;
    }
    Lane* const lane = work.lanes.next(rules_.selection, SteadyClock::now());
    if (lane == nullptr) {
        fairness_.deactivate(*turn);
        return;
    }
    try {
        if (serve(work, *lane)) {
            outage_.succeeded();
        }
    } catch (const Failure& error) {
        work.lanes.close_all();
        fairness_.deactivate(*turn);
        outage_.failed(error, stop_);
    }
}

// One claim. False when there was no room for one, after waiting for it.
bool Reserver::serve(Work& work, Lane& lane) {
    const double job_ms = expected_job_ms(lane).value_or(job_ms_unknown);
    const std::size_t limit = claim_limit(work, lane, job_ms);
    if (limit == 0) {
        wait_for_room(lane);
        return false;
    }
    const bool began_at_start = lane.cursor.at_start;
    const auto asked_at = SteadyClock::now();
    std::vector<HeldJobPtr> begun;
    // Jobs that a limit counts begin when their claim stands and they have their permits.
    const bool at_once = !parts_.limits.book().applies_to(*work.tenant);
    const auto begin_few = [&](const std::vector<queue::ReservedJob>& claimed) {
        if (at_once && claimed.size() <= rules_.prefetch.slots) {
            begun = hand_over(work, admit(work, claimed, lane), job_ms, asked_at);
        }
    };
    std::vector<queue::ReservedJob> jobs = reserve_from(work, lane, limit, begin_few, begun);
    const std::size_t count = jobs.size();
    if (begun.empty()) {
        hand_over(work, admit(work, std::move(jobs), lane), job_ms, asked_at);
    }
    if (count < limit) {
        work.lanes.ran_dry(lane, began_at_start);
    } else {
        fairness_.end_fresh(work.tenant->key);
    }
    return true;
}

// Slots may idle while the hands are full of jobs whose ends are being written: then their room is
// none, and only time helps.
void Reserver::wait_for_room(const Lane& lane) {
    const std::size_t stock = stock_for(lane);
    if (parts_.ready.room(stock) > 0) {
        stop_.wait_for(short_nap);
    } else {
        parts_.ready.wait_for_room(stock, nap);
    }
}

// Who comes after a pause gets something whatever the others' stock: that is what keeps a light
// tenant's wait short while a heavy one keeps the stock full.
std::size_t Reserver::claim_limit(const Work& work, const Lane& lane, double job_ms) const {
    const std::size_t slots = rules_.prefetch.slots;
    std::size_t limit = parts_.ready.room(stock_for(lane));
    if (!lane.cost.job_ms()) {
        limit = std::min(limit, std::max(first_claim_max, slots));
    }
    if (fairness_.is_fresh(work.tenant->key)) {
        limit = std::max(limit, slots);
    }
    limit = std::min(limit, room_in_hand());
    const double turns_worth = std::ceil(fairness_.balance_ms(work.tenant->key) / job_ms);
    return std::min(limit, static_cast<std::size_t>(std::clamp(turns_worth, 1.0, claim_max)));
}

std::vector<HeldJobPtr> Reserver::hand_over(
    Work& work, std::vector<LimitGate::Admitted> jobs, double job_ms, HeldJob::Time asked_at
) {
    std::vector<HeldJobPtr> held;
    held.reserve(jobs.size());
    std::shared_ptr<LaneMeter> meter;
    for (LimitGate::Admitted& admitted : jobs) {
        if (held.empty() || held.back()->job.key.queue != admitted.job.key.queue) {
            meter = work.lanes.meter_of(admitted.job.key.queue);
        }
        held.push_back(
            std::make_shared<HeldJob>(work.tenant, meter, std::move(admitted.job), asked_at)
        );
        held.back()->pass = std::move(admitted.pass);
        held.back()->charged_us = static_cast<std::int64_t>(job_ms * 1000.0);
    }
    const bool first = fairness_.is_fresh(work.tenant->key);
    fairness_.charge(work.tenant->key, job_ms * static_cast<double>(held.size()));
    parts_.counters.reserved.fetch_add(held.size());
    parts_.in_hand.add(held);
    parts_.ready.push(held, first);
    return held;
}

} // namespace bgerp::worker
