// What a tenant's modules start with, written under the tenant's own account: run after its
// migrations, by whoever made or emptied the database. Safe to repeat: what the tenant has changed
// since stays. Blocking; throws mysql::DatabaseError.
#pragma once

#include "base/deadline.hpp"
#include "core_db/credentials.hpp"
#include "tenant_db/tenant.hpp"

namespace bgerp {

void seed_tenant(const core_db::Credentials& credentials, const Tenant& tenant, Deadline deadline);

} // namespace bgerp
