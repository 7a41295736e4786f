#include "core_db/organization_domain.hpp"

namespace bgerp::core_db {

namespace {

// By organization_domain_domain, then the primary key of organization; locks nothing.
constexpr const char* find_sql = "SELECT o.code FROM organization_domain d "
                                 "JOIN organization o ON o.id = d.org_id "
                                 "WHERE d.domain = ? AND d.verified_at IS NOT NULL";

} // namespace

std::optional<OrgCode> find_org_of_domain(mysql::Session& session, const std::string& domain) {
    return session.query_one(find_sql, {domain}, [](const mysql::Row& row) {
        return value_or_throw(OrgCode::parse(row.text(0)));
    });
}

} // namespace bgerp::core_db
