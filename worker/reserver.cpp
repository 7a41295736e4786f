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
    , parts_(parts)
    , claiming_([parts] {
        parts.inbox.wake();
        parts.ready.nudge();
    }) {}

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
    if (claiming_.busy()) {
        try { // what it took is in the ready queue then
            static_cast<void>(claiming_.wait());
        } catch (const std::exception& error) {
            log_warn("a claim failed at the end", {{"error", error.what()}});
        }
    }
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
            land_flight();
            serve_next();
        } catch (const std::exception& error) { // ours: the tick is lost, the loop goes on
            outage_.failed(error, stop_);
        }
    }
}

void Reserver::take_news() {
    const auto now = SteadyClock::now();
    const bool idle = fairness_.active_count() == 0;
    for (const WorkNews& news : parts_.inbox.fetch()) {
        if (news.only_expected() && !idle) { // a claim in vain now would cost it its first place
            continue;
        }
        if (news.gone) {
            fairness_.forget(news.tenant->key);
            works_.erase(news.tenant->key);
            continue;
        }
        Work& work = works_[news.tenant->key];
        work.tenant = news.tenant;
        work.lanes.open({news.queues.begin(), news.queues.end()}, now);
        if (idle) {
            work.lanes.open({news.soon.begin(), news.soon.end()}, now);
        }
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
    parts_.in_hand.remove(parts_.limits.park_stale(now, stock_ttl));
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
            // Lost ones are somebody's again: this worker's own, under the same fence, if the claim
            // failed at its COMMIT and was made anew.
            if (held->stop.load() != StopReason::lease_lost) {
                rows.push_back(&held->job);
            }
        }
        try {
            parts_.counters.released.fetch_add(queue::release_if_mine(
                *tenant.queue_pool,
                Deadline::after(statement_time),
                tenant.schema,
                rows
            ));
        } catch (const Failure& error) {
            if (is_refusal(error)) { // its database is gone, for example: left to their leases
                log_warn(
                    "jobs could not be given back",
                    {{"tenant", tenant.org}, {"error", error.what()}}
                );
                parts_.in_hand.remove(entry.second);
                continue;
            }
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
        quiet_.store(fairness_.active_count() == 0);
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
        put_off(*turn, error);
    }
}

// Until the next sweep, or ring.
void Reserver::put_off(Fairness::Key tenant, const Failure& error) {
    const auto found = works_.find(tenant);
    if (found != works_.end()) {
        found->second.lanes.close_all();
    }
    fairness_.deactivate(tenant);
    outage_.failed(error, stop_);
}

// One claim. False when nothing is known of it yet: there was no room, after waiting for it, or it
// is under way.
bool Reserver::serve(Work& work, Lane& lane) {
    Claim claim = claim_for(work, lane);
    if (claim.limit == 0) {
        work.lanes.give_back_turn();
        wait_for_room(stock_for(lane), nap);
        return false;
    }
    if (flies(claim, lane)) {
        fly(std::move(claim));
        return false;
    }
    fly_behind(claim);
    land(claim, run_claim(claim));
    return true;
}

// With a limit of 0 where there is no room.
Reserver::Claim Reserver::claim_for(const Work& work, const Lane& lane) const {
    const double job_ms = expected_job_ms(lane).value_or(job_ms_unknown);
    return {
        work.tenant,
        lane.queue,
        lane.cursor,
        claim_limit(work, lane, job_ms),
        job_ms,
        fairness_.is_fresh(work.tenant->key),
        parts_.limits.book().applies_to(*work.tenant),
        lane.meter,
        SteadyClock::now()};
}

// Slots may idle while the hands are full of jobs whose ends are being written: then their room is
// none for this tenant, and only time helps; one that rings meanwhile may find some.
void Reserver::wait_for_room(std::size_t stock, std::chrono::milliseconds at_most) {
    if (claiming_.busy()) { // whose end wakes the inbox
        parts_.inbox.wait_for(short_nap);
        return;
    }
    if (parts_.ready.room(stock) > 0) {
        parts_.inbox.wait_for(short_nap);
    } else {
        parts_.ready.wait_for_room(stock, at_most);
    }
}

// Who comes after a pause gets something whatever the others' stock: that is what keeps a light
// tenant's wait short while a heavy one keeps the stock full.
std::size_t Reserver::claim_limit(const Work& work, const Lane& lane, double job_ms) const {
    const std::size_t slots = rules_.prefetch.slots;
    const std::size_t room = parts_.ready.room(stock_for(lane));
    std::size_t limit = room > coming() ? room - coming() : 0;
    if (!lane.cost.job_ms()) {
        limit = std::min(limit, std::max(first_claim_max, slots));
    }
    if (fairness_.is_fresh(work.tenant->key)) {
        limit = std::max(limit, slots);
    }
    limit = std::min(limit, room_in_hand(fairness_.is_fresh(work.tenant->key)));
    const double turns_worth = std::ceil(fairness_.balance_ms(work.tenant->key) / job_ms);
    return std::min(limit, static_cast<std::size_t>(std::clamp(turns_worth, 1.0, claim_max)));
}

} // namespace bgerp::worker
