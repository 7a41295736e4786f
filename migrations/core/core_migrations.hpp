// The shape of the platform's own database: organizations and where they live, accounts and what
// they may do, running workers. `lease` is made by the runner itself, which needs it first.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> core_migrations();

} // namespace bgerp::migrations
