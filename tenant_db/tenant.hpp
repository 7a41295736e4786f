// One organization as the programs work with it: who it is, whether it may be worked for, and where
// its database is. A value, as old as the directory's cache at most.
#pragma once

#include "core_db/organization.hpp"

namespace bgerp {

using TenantState = core_db::OrganizationState;

struct Tenant {
    std::uint64_t org_id = 0;
    OrgCode code;
    std::string name;
    TenantState state = TenantState::creating;
    std::string plan;
    std::uint64_t weight = 1; // share of the workers, relative to the others'
    std::string server;
    std::string database;
    std::uint64_t epoch = 1; // of the placement; part of the database password
    std::vector<std::string> modules;
    std::string created_at;

    [[nodiscard]] bool active() const { return state == TenantState::active; }

    [[nodiscard]] bool has_module(const std::string& name_of_module) const;
};

[[nodiscard]] Tenant tenant_of(core_db::Organization organization);

/// The name of a new tenant's database (docs/contracts.md).
[[nodiscard]] std::string tenant_database_name(const std::string& core_name, const OrgCode& code);

} // namespace bgerp
