// What the jobs of remote workers came to, counted in memory until the stat keeper adds it to the
// tenants' tables: by tenant, queue and kind, like what our own workers count. One object a server.
// Thread-safe.
#pragma once

#include "tenant_db/queue/stat_cells.hpp"
#include "tenant_db/stat_keeper.hpp"
#include "tenant_db/tenant.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace bgerp::server {

class RemoteStats {
public:
    /// What one request counted.
    void add(const Tenant& tenant, const queue::StatCells& counted);

    /// All that was counted since the last call, to be written by way of `queue_pool`, which must
    /// outlive what is returned.
    [[nodiscard]] std::vector<TenantStats> take(mysql::Pool& queue_pool);

private:
    struct OfTenant {
        std::string org;
        queue::StatCells cells;
    };

    std::mutex mutex_;
    std::map<std::string, OfTenant> by_database_;
};

} // namespace bgerp::server
