#include "core_db/organization.hpp"

#include <array>

namespace bgerp::core_db {

namespace {

struct StateName {
    OrganizationState state;
    std::string_view name;
};

constexpr std::array state_names{
    StateName{OrganizationState::creating, "creating"},
    StateName{OrganizationState::active, "active"},
    StateName{OrganizationState::suspended, "suspended"},
    StateName{OrganizationState::archived, "archived"},
    StateName{OrganizationState::deleting, "deleting"},
};

// Modules in one text, so that an organization is one row. By organization_code or as a whole.
constexpr const char* select =
    "SELECT o.id, o.code, o.name, o.state, o.plan, o.weight, p.server, p.database_name, p.epoch, "
    "(SELECT GROUP_CONCAT(m.module ORDER BY m.module) FROM organization_module m "
    " WHERE m.org_id = o.id), DATE_FORMAT(o.created_at, '%Y-%m-%dT%H:%i:%sZ') "
    "FROM organization o JOIN placement p ON p.org_id = o.id ";

OrganizationState parse_state(const std::string& name) {
    for (const StateName& entry : state_names) {
        if (entry.name == name) {
            return entry.state;
        }
    }
    throw Failure(ErrorCode::internal, "an organization has an unknown state", name);
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from < text.size()) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        parts.push_back(text.substr(from, comma - from));
        from = comma + 1;
    }
    return parts;
}

Organization read(const mysql::Row& row) {
    return {
        row.u64(0),
        value_or_throw(OrgCode::parse(row.text(1))),
        row.text(2),
        parse_state(row.text(3)),
        row.text(4),
        row.u64(5),
        row.text(6),
        row.text(7),
        row.u64(8),
        split(row.optional_text(9).value_or("")),
        row.text(10)};
}

} // namespace

std::string_view organization_state_name(OrganizationState state) {
    for (const StateName& entry : state_names) {
        if (entry.state == state) {
            return entry.name;
        }
    }
    return "unknown";
}

std::uint64_t insert_organization(mysql::Session& session, const NewOrganization& organization) {
    session.execute(
        "INSERT INTO organization (code, name, plan) VALUES (?, ?, ?)",
        {organization.code.str(), organization.name, organization.plan}
    );
    const std::uint64_t id = session.last_insert_id();
    session.execute(
        "INSERT INTO placement (org_id, server, database_name) VALUES (?, ?, ?)",
        {id, organization.server, organization.database}
    );
    return id;
}

std::optional<Organization> find_organization(mysql::Session& session, const OrgCode& code) {
    return session.query_one(std::string(select) + "WHERE o.code = ?", {code.str()}, read);
}

std::vector<Organization>
list_organizations(mysql::Session& session, std::optional<OrganizationState> state) {
    std::vector<Organization> all;
    const auto add = [&](const mysql::Row& row) { all.push_back(read(row)); };
    if (state) {
        session.query(
            std::string(select) + "WHERE o.state = ? ORDER BY o.code",
            {organization_state_name(*state)},
            add
        );
    } else {
        session.query(std::string(select) + "ORDER BY o.code", {}, add);
    }
    return all;
}

bool set_organization_state(
    mysql::Session& session,
    std::uint64_t org_id,
    const std::vector<OrganizationState>& from,
    OrganizationState to
) {
    mysql::Params params{organization_state_name(to), org_id};
    std::string marks;
    for (const OrganizationState state : from) {
        marks += marks.empty() ? "?" : ", ?";
        params.emplace_back(organization_state_name(state));
    }
    return session.execute(
               "UPDATE organization SET state = ? WHERE id = ? AND state IN (" + marks + ")",
               params
           ) == 1;
}

void enable_modules(
    mysql::Session& session, std::uint64_t org_id, const std::vector<std::string>& modules
) {
    for (const std::string& module : modules) {
        session.execute(
            "INSERT IGNORE INTO organization_module (org_id, module) VALUES (?, ?)",
            {org_id, module}
        );
    }
}

void raise_epoch(mysql::Session& session, std::uint64_t org_id) {
    session.execute("UPDATE placement SET epoch = epoch + 1 WHERE org_id = ?", {org_id});
}

void delete_organization(mysql::Session& session, std::uint64_t org_id) {
    session.execute("DELETE FROM organization WHERE id = ?", {org_id});
}

} // namespace bgerp::core_db
