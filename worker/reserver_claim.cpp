#include "worker/reserver.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

// Stocks that may be reserved, being run and being completed at one time.
constexpr std::size_t stocks_in_hand = 4;

} // namespace

// A claim that fails takes along what it let begin.
std::vector<queue::ReservedJob> Reserver::reserve_from(
    const Work& work,
    Lane& lane,
    std::size_t limit,
    const queue::OnClaimed& on_claimed,
    const std::vector<HeldJobPtr>& begun
) const {
    try {
        return queue::reserve(
            *work.tenant->queue_pool,
            Deadline::after(statement_time),
            work.tenant->schema,
            lane.queue,
            limit,
            rules_.owner,
            rules_.lease,
            lane.cursor,
            on_claimed
        );
    } catch (...) { // whatever it was: nobody holds them now
        for (const HeldJobPtr& held : begun) {
            held->request_stop(StopReason::lease_lost);
        }
        throw;
    }
}

std::optional<double> Reserver::expected_job_ms(const Lane& lane) const {
    return lane.cost.job_ms() ? lane.cost.job_ms() : any_cost_.job_ms();
}

std::size_t Reserver::stock_for(const Lane& lane) const {
    return stock_of(rules_.prefetch, expected_job_ms(lane));
}

// Jobs that may be reserved before too many are in hand, run or being completed.
std::size_t Reserver::room_in_hand() const {
    const std::size_t hand_max =
        rules_.prefetch.slots +
        stocks_in_hand * std::max<std::size_t>(rules_.prefetch.prefetch_max, 1);
    const std::size_t in_hand = parts_.in_hand.count();
    const std::size_t room = hand_max > in_hand ? hand_max - in_hand : 0;
    if (rules_.jobs_max == 0) {
        return room;
    }
    const auto reserved = parts_.counters.reserved.load();
    return std::min<std::size_t>(room, rules_.jobs_max > reserved ? rules_.jobs_max - reserved : 0);
}

} // namespace bgerp::worker
