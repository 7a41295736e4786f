// The tenants as the platform's directory has them, with the worker's own two pools: the queue's,
// large enough that no slot, completer or renewer ever waits for another, and the sweep's. Also
// opens a tenant's own pool for its handlers. Thread-safe.
#pragma once

#include "core_db/core_database.hpp"
#include "tenant_db/directory.hpp"
#include "tenant_db/tenant_pools.hpp"
#include "worker/served_tenant.hpp"
#include "worker/tenant_source.hpp"

#include <mutex>
#include <set>

namespace bgerp::worker {

class DirectorySource final : public TenantSource {
public:
    /// Serves the organizations named in `orgs`; an empty set means all. `core` must outlive this
    /// object.
    DirectorySource(const Config& config, core_db::CoreDatabase& core, std::set<std::string> orgs);

    /// None while the platform's jobs are paused.
    [[nodiscard]] std::shared_ptr<const std::vector<TenantPlace>> active() override;

    /// Connections of the tenant's own account. Throws Failure when the tenant isn't active.
    [[nodiscard]] std::shared_ptr<mysql::Pool> open_pool(const ServedTenant& tenant);

private:
    const std::set<std::string> orgs_;
    mysql::Pool& core_;
    Directory directory_;
    TenantPools pools_;
    const std::shared_ptr<mysql::Pool> queue_pool_;
    const std::shared_ptr<mysql::Pool> sweep_pool_;
    std::mutex mutex_; // of what active() gave last
    std::shared_ptr<const std::vector<TenantPlace>> places_;
};

} // namespace bgerp::worker
