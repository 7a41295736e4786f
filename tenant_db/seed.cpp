#include "tenant_db/seed.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/component_store.hpp"

namespace bgerp {

void seed_tenant(const core_db::Credentials& credentials, const Tenant& tenant, Deadline deadline) {
    const auto account = credentials.tenant(tenant.org_id, tenant.server, tenant.epoch);
    mysql::Pool pool(credentials.endpoint(account, tenant.database), 1);
    mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        if (tenant.has_module("hr")) {
            hr::seed_components(transaction);
        }
    });
}

} // namespace bgerp
