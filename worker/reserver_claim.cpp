#include "worker/reserver.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

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
        return queue::reserve_telling(
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

} // namespace bgerp::worker
