#include "worker/reserver.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

// Stocks that may be reserved, being run and being completed at one time.
constexpr std::size_t stocks_in_hand = 4;

} // namespace

// A claim that brings many jobs takes milliseconds, in which others can be served. One that brings
// few is over before another thread has woken up.
bool Reserver::flies(const Claim& claim, const Lane& lane) const {
    const bool many =
        lane.last_count ? *lane.last_count > rules_.prefetch.slots : fairness_.active_count() > 1;
    return many && !claim.limited && claim.limit > rules_.prefetch.slots && !claiming_.busy();
}

void Reserver::fly(Claim claim) {
    flight_ = claim;
    claiming_.start([this, claim = std::move(claim)] { return run_claim(claim); });
    fairness_.hold(flight_.tenant->key); // not before: where no thread can be had, nothing lands
}

// While one that came after a pause is claimed for here, the others' stock is fetched: a claim for
// each light tenant would otherwise be time in which the heavy ones' jobs run out.
void Reserver::fly_behind(const Claim& claim) {
    if (!claim.first || claiming_.busy()) {
        return;
    }
    const auto behind = fairness_.next_behind_fresh();
    if (!behind) {
        return;
    }
    Work& work = works_.at(*behind);
    if (parts_.limits.book().applies_to(*work.tenant)) {
        return;
    }
    const Lane* const lane = work.lanes.next(rules_.selection, claim.asked_at);
    if (lane == nullptr) {
        return;
    }
    Claim stock = claim_for(work, *lane);
    stock.limit -= std::min(stock.limit, claim.limit); // what is taken here isn't in any count yet
    if (flies(stock, *lane)) {
        fly(std::move(stock));
    } else {
        work.lanes.give_back_turn();
    }
}

// On either thread: touches what is thread-safe alone. Jobs that a limit counts begin when their
// claim stands and they have their permits; of others a few begin at once (docs/adr/0003).
Reserver::Claimed Reserver::run_claim(const Claim& claim) const {
    Claimed claimed{claim.cursor, 0, {}};
    std::vector<HeldJobPtr> begun;
    const auto begin_few = [&](const std::vector<queue::ReservedJob>& jobs) {
        if (!claim.limited && jobs.size() <= rules_.prefetch.slots) {
            begun = hold(claim, jobs);
            for (const HeldJobPtr& held : begun) {
                held->begin_early();
            }
            push(begun, claim.first);
        }
    };
    std::vector<queue::ReservedJob> jobs;
    try {
        jobs = queue::reserve(
            *claim.tenant->queue_pool,
            Deadline::after(statement_time),
            claim.tenant->schema,
            claim.queue,
            claim.limit,
            rules_.owner,
            rules_.lease,
            claimed.cursor,
            begin_few
        );
    } catch (...) { // whatever it was: nobody holds them now
        for (const HeldJobPtr& held : begun) {
            held->request_stop(StopReason::lease_lost);
            held->claim_ended();
        }
        throw;
    }
    for (const HeldJobPtr& held : begun) {
        held->claim_ended();
    }
    claimed.count = jobs.size();
    if (claim.limited) {
        claimed.jobs = std::move(jobs);
    } else if (begun.empty()) {
        push(hold(claim, std::move(jobs)), claim.first);
    }
    return claimed;
}

void Reserver::land_flight() {
    if (!claiming_.busy()) {
        return;
    }
    try {
        auto claimed = claiming_.take();
        if (claimed) {
            fairness_.resume(flight_.tenant->key);
            land(flight_, std::move(*claimed));
            outage_.succeeded();
        }
    } catch (const Failure& error) {
        put_off(flight_.tenant->key, error);
    } catch (...) { // nobody's turn may hang on it
        fairness_.resume(flight_.tenant->key);
        throw;
    }
}

// What a claim took is told to those who plan the next one. The tenant may have gone meanwhile, or
// its lane been opened anew: then that stands, since the claim may not have seen what is new.
void Reserver::land(const Claim& claim, Claimed claimed) {
    const auto found = works_.find(claim.tenant->key);
    if (found == works_.end()) {
        return;
    }
    Work& work = found->second;
    Lane& lane = work.lanes.of(claim.queue);
    if (claim.limited) {
        auto admitted = admit(work, std::move(claimed.jobs), lane);
        hand_over_admitted(work, std::move(admitted), claim.job_ms, claim.asked_at);
    } else {
        fairness_.charge(claim.tenant->key, claim.job_ms * static_cast<double>(claimed.count));
    }
    lane.last_count = claimed.count;
    const bool all = claimed.count < claim.limit;
    if (lane.rewound_at <= claim.asked_at) {
        lane.cursor = claimed.cursor;
        if (all) {
            work.lanes.ran_dry(lane, claim.cursor.at_start);
        }
    }
    if (!all) {
        fairness_.end_fresh(claim.tenant->key);
    }
}

std::vector<HeldJobPtr> Reserver::hold(const Claim& claim, std::vector<queue::ReservedJob> jobs) {
    std::vector<HeldJobPtr> held;
    held.reserve(jobs.size());
    for (queue::ReservedJob& job : jobs) {
        held.push_back(
            std::make_shared<HeldJob>(claim.tenant, claim.meter, std::move(job), claim.asked_at)
        );
        held.back()->charged_us = static_cast<std::int64_t>(claim.job_ms * 1000.0);
    }
    return held;
}

void Reserver::push(const std::vector<HeldJobPtr>& held, bool first) const {
    parts_.counters.reserved.fetch_add(held.size());
    parts_.in_hand.add(held);
    parts_.ready.push(held, first);
}

std::optional<double> Reserver::expected_job_ms(const Lane& lane) const {
    return lane.cost.job_ms() ? lane.cost.job_ms() : any_cost_.job_ms();
}

std::size_t Reserver::stock_for(const Lane& lane) const {
    return stock_of(rules_.prefetch, expected_job_ms(lane));
}

// Jobs that may be reserved before too many are in hand, run or being completed; those of a claim
// under way are counted as if it got them all. A stock more for one who comes after a pause, who
// would wait for the ends of a heavy tenant's jobs to be written otherwise.
std::size_t Reserver::room_in_hand(bool fresh) const {
    const std::size_t stocks = stocks_in_hand + (fresh ? 1 : 0);
    const std::size_t hand_max =
        rules_.prefetch.slots + stocks * std::max<std::size_t>(rules_.prefetch.prefetch_max, 1);
    const std::size_t in_hand = parts_.in_hand.count() + coming();
    const std::size_t room = hand_max > in_hand ? hand_max - in_hand : 0;
    if (rules_.jobs_max == 0) {
        return room;
    }
    const auto reserved = parts_.counters.reserved.load() + coming();
    return std::min<std::size_t>(room, rules_.jobs_max > reserved ? rules_.jobs_max - reserved : 0);
}

std::size_t Reserver::coming() const {
    return claiming_.busy() ? flight_.limit : 0;
}

} // namespace bgerp::worker
