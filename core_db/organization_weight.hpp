// An organization's share of the workers, as an admin sets it. Used by the command line. Blocking.
#pragma once

#include "base/mysql/session.hpp"

#include <cstdint>

namespace bgerp::core_db {

/// Relative to the others'; workers notice within seconds.
void set_organization_weight(mysql::Session& session, std::uint64_t org_id, std::uint64_t weight);

} // namespace bgerp::core_db
