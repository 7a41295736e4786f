// Host names of organizations' own: the rows of organization_domain. Blocking; everything throws
// mysql::DatabaseError.
#pragma once

#include "base/ids.hpp"
#include "base/mysql/session.hpp"

#include <optional>
#include <string>

namespace bgerp::core_db {

/// The organization that proved to own `domain` (lower case, without a final dot), or nothing.
[[nodiscard]] std::optional<OrgCode>
find_org_of_domain(mysql::Session& session, const std::string& domain);

} // namespace bgerp::core_db
