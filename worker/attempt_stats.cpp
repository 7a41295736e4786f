#include "worker/attempt_stats.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <functional>
#include <thread>

namespace bgerp::worker {

using queue::JobCounts;
using queue::Verdict;

std::chrono::microseconds waited(
    const queue::ReservedJob& job,
    std::string_view uuid,
    std::int64_t database_now_s,
    std::chrono::system_clock::time_point host_now
) {
    constexpr std::chrono::seconds clocks_agree_within{2};
    using std::chrono::microseconds;
    const microseconds by_row = std::chrono::seconds(database_now_s - job.available_at);
    if (job.fence.attempts == 1 && job.available_at == job.created_at) {
        if (const auto made_at = uuid_time(uuid)) {
            const auto by_uuid = std::chrono::duration_cast<microseconds>(host_now - *made_at);
            const microseconds difference = by_uuid - by_row;
            if (difference >= -clocks_agree_within && difference <= clocks_agree_within) {
                return std::max(by_uuid, microseconds(0));
            }
        }
    }
    return std::max(by_row, microseconds(0));
}

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
    const auto number = [&]() -> std::uint64_t JobCounts::* {
        switch (verdict) {
        case Verdict::complete:
            return &JobCounts::completed;
        case Verdict::fail:
            return &JobCounts::failed;
        case Verdict::retry:
            return &JobCounts::retried;
        case Verdict::cancel:
            return &JobCounts::cancelled;
        default:
            return nullptr;
        }
    }();
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

std::vector<AttemptStats::OfTenant> AttemptStats::take() {
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
            for (const auto& [queue_and_kind, counts] : tenant.cells) {
                cell(sum.cells, queue_and_kind).add(counts);
            }
        }
    }
    std::vector<OfTenant> list;
    for (auto& [key, tenant] : all) {
        OfTenant& one = list.emplace_back(OfTenant{tenant.tenant, {}});
        for (auto& [queue_and_kind, counts] : tenant.cells) {
            one.stats.push_back({queue_and_kind.first, queue_and_kind.second, counts});
        }
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
    const Key key{queue, kind};
    queue::JobCounts& counts = cell(tenant.cells, key);
    const auto place = tenant.cells.find(key);
    const bool kept_apart = place != tenant.cells.end();
    part.last_tenant = kept_apart ? held.tenant.get() : nullptr;
    part.last = kept_apart ? &*place : nullptr;
    return counts;
}

// Names of queues come from whoever pushes: only so many are kept apart.
queue::JobCounts& AttemptStats::cell(Cells& cells, const Key& key) {
    const auto found = cells.find(key);
    if (found != cells.end()) {
        return found->second;
    }
    const std::size_t kept_apart = cells.size() - cells.count(Key());
    return cells[kept_apart < queue::stats_kept_apart_max ? key : Key()];
}

} // namespace bgerp::worker
