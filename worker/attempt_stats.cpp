#include "worker/attempt_stats.hpp"

#include <functional>
#include <thread>

namespace bgerp::worker {

using queue::JobCounts;
using queue::Verdict;

void AttemptStats::started(
    const HeldJob& held, const std::string& kind, std::chrono::microseconds waited
) {
    Part& mine = part();
    const std::lock_guard lock(mine.mutex);
    JobCounts& counts = counts_of(mine, held, kind);
    ++counts.started;
    counts.wait.add(waited);
}

void AttemptStats::ended(
    const HeldJob& held, const std::string& kind, Verdict verdict, std::optional<Duration> ran
) {
    const auto number = queue::number_of(verdict);
    if (number == nullptr) {
        return;
    }
    Part& mine = part();
    const std::lock_guard lock(mine.mutex);
    JobCounts& counts = counts_of(mine, held, kind);
    ++(counts.*number);
    if (ran) {
        counts.run.add(std::chrono::duration_cast<std::chrono::microseconds>(*ran));
    }
}

std::vector<TenantStats> AttemptStats::take() {
    Tenants all;
    for (Part& part : parts_) {
        Tenants taken;
        {
            const std::lock_guard lock(part.mutex);
            taken.swap(part.tenants);
            part.last = nullptr;
            part.last_tenant = nullptr;
        }
        for (auto& [key, tenant] : taken) {
            Tenant& sum = all[key];
            sum.tenant = tenant.tenant;
            queue::add_cells(sum.cells, tenant.cells);
        }
    }
    std::vector<TenantStats> list;
    for (const auto& [key, counted] : all) {
        const ServedTenant& tenant = *counted.tenant;
        list.push_back(
            {tenant.org, tenant.schema, tenant.queue_pool, queue::stat_list(counted.cells)}
        );
    }
    return list;
}

AttemptStats::Part& AttemptStats::part() {
    return parts_[std::hash<std::thread::id>{}(std::this_thread::get_id()) % parts_.size()];
}

queue::JobCounts&
AttemptStats::counts_of(Part& part, const HeldJob& held, const std::string& kind) {
    const std::string& queue = held.job.key.queue;
    const bool known = part.last_tenant == held.tenant.get() && part.last->first.second == kind &&
                       part.last->first.first == queue;
    if (known) {
        return part.last->second;
    }
    Tenant& tenant = part.tenants[held.tenant.get()];
    tenant.tenant = held.tenant;
    const queue::StatKey key{queue, kind};
    queue::JobCounts& counts = queue::stat_cell(tenant.cells, key);
    const auto place = tenant.cells.find(key);
    const bool kept_apart = place != tenant.cells.end();
    part.last_tenant = kept_apart ? held.tenant.get() : nullptr;
    part.last = kept_apart ? &*place : nullptr;
    return counts;
}

} // namespace bgerp::worker
