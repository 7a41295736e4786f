// One tenant for a worker to serve, with a hook in the connections to the queue's tables: tests
// watch the worker's statements there, or make them fail.
#pragma once

#include "base/mysql/statement_hook.hpp"
#include "tests/support/test_platform.hpp"
#include "worker/tenant_source.hpp"
#include "worker/worker.hpp"

namespace bgerp::worker {

class OnePlace final : public TenantSource {
public:
    /// All of them outlive it, the hook the worker too.
    OnePlace(
        testing_support::TestPlatform& platform, const Tenant& tenant, mysql::StatementHook& hook
    )
        : platform_(platform)
        , tenant_(tenant)
        , places_(std::make_shared<const std::vector<TenantPlace>>(
              1,
              TenantPlace{
                  tenant.org_id,
                  tenant.code.str(),
                  tenant.database,
                  1.0,
                  pool_as(platform, platform.core().credentials().queue(), &hook),
                  pool_as(platform, platform.core().credentials().sweep(), nullptr)}
          )) {}

    std::shared_ptr<const std::vector<TenantPlace>> active() override { return places_; }

    /// Of a worker that serves it. `config` and `handlers` outlive the worker.
    [[nodiscard]] WorkerParts parts(const Config& config, HandlerRegistry& handlers) {
        const auto tenants_pool = [this](const ServedTenant&) {
            return platform_.pools().pool(tenant_, platform_.soon());
        };
        return {config, handlers, *this, tenants_pool, platform_.core().pool()};
    }

private:
    static std::shared_ptr<mysql::Pool> pool_as(
        testing_support::TestPlatform& platform,
        const core_db::DatabaseAccount& account,
        mysql::StatementHook* hook
    ) {
        mysql::Endpoint endpoint = platform.core().credentials().endpoint(account, {});
        endpoint.hook = hook;
        return std::make_shared<mysql::Pool>(std::move(endpoint), 12);
    }

    testing_support::TestPlatform& platform_;
    const Tenant& tenant_;
    const std::shared_ptr<const std::vector<TenantPlace>> places_;
};

} // namespace bgerp::worker
