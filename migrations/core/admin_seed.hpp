// The first administrator of the platform and the rights there are. Run after the core migrations;
// safe to repeat. Blocking; throws mysql::DatabaseError.
#pragma once

#include "base/mysql/pool.hpp"

#include <optional>
#include <string>

namespace bgerp::migrations {

struct SeededAdmin {
    std::string email;
    std::optional<std::string> password; // when the account is new: shown once
};

/// Makes the rights and the role `admin` that holds them all, and, if nobody has that role, gives
/// it to `email`, whose account is made if need be. Nothing in the result when somebody had it.
[[nodiscard]] Result<std::optional<SeededAdmin>>
ensure_admin_seeded(mysql::Pool& core, const std::string& email, Deadline deadline);

} // namespace bgerp::migrations
