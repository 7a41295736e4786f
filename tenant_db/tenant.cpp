#include "tenant_db/tenant.hpp"

#include <algorithm>

namespace bgerp {

bool Tenant::has_module(const std::string& name_of_module) const {
    return std::find(modules.begin(), modules.end(), name_of_module) != modules.end();
}

Tenant tenant_of(core_db::Organization organization) {
    return {
        organization.id,
        std::move(organization.code),
        std::move(organization.name),
        organization.state,
        std::move(organization.plan),
        organization.weight,
        std::move(organization.server),
        std::move(organization.database),
        organization.epoch,
        std::move(organization.modules),
        std::move(organization.created_at)};
}

std::string tenant_database_name(const std::string& core_name, const OrgCode& code) {
    return core_name + "_t_" + code.str();
}

} // namespace bgerp
