// What a worker that ends when nothing is left asks before it goes on: jobs that others hold and
// jobs that wait for others are nothing to wait for, though the sweep or the limit book see them.

#include "tenant_db/queue/parking.hpp"
#include "worker/discovery.hpp"

#include <algorithm>
#include <iterator>

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

} // namespace

// The sweep's account can't tell a Laravel worker's reservation from a lease that ran out.
std::vector<std::string>
Discovery::reservable(const ServedTenant& tenant, const std::vector<std::string>& queues) const {
    std::vector<std::string> with_jobs;
    if (queues.empty()) {
        return with_jobs;
    }
    const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
    std::copy_if(
        queues.begin(),
        queues.end(),
        std::back_inserter(with_jobs),
        [&](const std::string& queue) {
            return queue::has_reservable(*connection, tenant.schema, queue, rules_.lease);
        }
    );
    return with_jobs;
}

// Parked jobs of queues that this worker serves: those of remote workers, or of queues that it
// doesn't serve, are the others' to take.
bool Discovery::awaits_parked() const {
    if (!rules_.until_empty || !parts_.limits.has_live_parked()) {
        return parts_.limits.has_live_parked();
    }
    const auto parked = parts_.limits.live_parked();
    return !parked ||
           std::any_of(parked->begin(), parked->end(), [&](const LimitBook::LiveParked& live) {
               queue::QueueFilter filter = rules_.selection.filter();
               filter.but = live.paused_queues;
               filter.but_remote = true;
               const auto connection =
                   live.tenant->queue_pool->acquire(Deadline::after(statement_time));
               return queue::any_parked(*connection, live.tenant->schema, live.keys, filter);
           });
}

} // namespace bgerp::worker
