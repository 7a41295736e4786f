// Connections to tenants' databases, each under the tenant's own account. At most so many tenants
// have a pool at one time (`database.tenant_pools_max`): the one used longest ago is closed for a
// new one, never one that somebody holds. Beside them two pools that serve all tenants: the queue's
// and the sweep's, whose connections are in no database and use qualified names. Thread-safe.
#pragma once

#include "base/mysql/pool.hpp"
#include "core_db/credentials.hpp"
#include "tenant_db/tenant.hpp"

#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace bgerp {

class TenantPools {
public:
    TenantPools(const DatabaseConfig& config, core_db::Credentials credentials);
    TenantPools(const TenantPools&) = delete;
    TenantPools& operator=(const TenantPools&) = delete;

    /// The tenant's pool, open for as long as the returned pointer is held, which must not outlive
    /// this object. Waits while all pools are held; throws Failure(unavailable) at the deadline.
    [[nodiscard]] std::shared_ptr<mysql::Pool> pool(const Tenant& tenant, Deadline deadline);

    /// The account that may touch the queue's tables of all tenants, and nothing else.
    [[nodiscard]] mysql::Pool& queue_pool() { return queue_; }

    /// The account that may only read whether there is work.
    [[nodiscard]] mysql::Pool& sweep_pool() { return sweep_; }

    /// Tenants with an open pool at this moment.
    [[nodiscard]] std::size_t open_pools() const;

private:
    struct Entry {
        std::string key;
        std::unique_ptr<mysql::Pool> pool;
        std::size_t holders = 0;
    };

    using Entries = std::list<Entry>; // most recently used first

    [[nodiscard]] std::unique_ptr<mysql::Pool> take_idle();
    [[nodiscard]] std::shared_ptr<mysql::Pool> hold(Entries::iterator entry);
    void let_go(Entries::iterator entry);

    const core_db::Credentials credentials_;
    const std::size_t pools_max_;
    const std::size_t connections_max_;
    mysql::Pool queue_;
    mysql::Pool sweep_;
    mutable std::mutex mutex_;
    std::condition_variable let_go_;
    Entries entries_;
    std::map<std::string, Entries::iterator> by_key_;
};

} // namespace bgerp
