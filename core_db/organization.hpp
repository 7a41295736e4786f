// Organizations and where their databases are: the rows of organization, placement and
// organization_module. Used by tenant_db, which adds what the rows mean. Blocking; everything
// throws mysql::DatabaseError.
#pragma once

#include "base/ids.hpp"
#include "base/mysql/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::core_db {

enum class OrganizationState {
    creating, // not ready; creating it again completes it
    active,
    suspended, // no requests, no jobs; can be resumed
    archived,  // the same, for good as it seems; can be resumed
    deleting,  // on its way out; deleting it again completes it
};

[[nodiscard]] std::string_view organization_state_name(OrganizationState state);

struct Organization {
    std::uint64_t id = 0;
    OrgCode code;
    std::string name;
    OrganizationState state = OrganizationState::creating;
    std::string plan;
    std::uint64_t weight = 1; // share of the workers, relative to the others'
    std::string server;
    std::string database;
    std::uint64_t epoch = 1;
    std::vector<std::string> modules;
    std::string created_at; // ISO 8601, UTC
};

struct NewOrganization {
    OrgCode code;
    std::string name;
    std::string plan = "standard";
    std::string server;
    std::string database;
};

/// Writes the rows of an organization in state `creating` and returns its id. Throws DatabaseError
/// (duplicate_key) when the code is taken.
[[nodiscard]] std::uint64_t
insert_organization(mysql::Session& session, const NewOrganization& organization);

[[nodiscard]] std::optional<Organization>
find_organization(mysql::Session& session, const OrgCode& code);

/// All of them by code, or only those in `state`.
[[nodiscard]] std::vector<Organization>
list_organizations(mysql::Session& session, std::optional<OrganizationState> state);

/// False when the organization isn't in one of the states `from` (or isn't there): nothing changed.
[[nodiscard]] bool set_organization_state(
    mysql::Session& session,
    std::uint64_t org_id,
    const std::vector<OrganizationState>& from,
    OrganizationState to
);

/// Adds modules; those it has already stay.
void enable_modules(
    mysql::Session& session, std::uint64_t org_id, const std::vector<std::string>& modules
);

/// Raises the epoch of the placement, and so changes the database password.
void raise_epoch(mysql::Session& session, std::uint64_t org_id);

/// Deletes the row and, with it, placement, modules, domains, memberships and tokens.
void delete_organization(mysql::Session& session, std::uint64_t org_id);

} // namespace bgerp::core_db
