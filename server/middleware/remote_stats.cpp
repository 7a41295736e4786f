#include "server/middleware/remote_stats.hpp"

#include <memory>

namespace bgerp::server {

void RemoteStats::add(const Tenant& tenant, const queue::StatCells& counted) {
    if (counted.empty()) {
        return;
    }
    const std::lock_guard lock(mutex_);
    OfTenant& sum = by_database_[tenant.database];
    sum.org = tenant.code.str();
    queue::add_cells(sum.cells, counted);
}

std::vector<TenantStats> RemoteStats::take(mysql::Pool& queue_pool) {
    std::map<std::string, OfTenant> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(by_database_);
    }
    const std::shared_ptr<mysql::Pool> not_owned(std::shared_ptr<void>(), &queue_pool);
    std::vector<TenantStats> list;
    for (const auto& [database, counted] : taken) {
        list.push_back(
            {counted.org,
             queue::QueueSchema::of(database),
             not_owned,
             queue::stat_list(counted.cells)}
        );
    }
    return list;
}

} // namespace bgerp::server
