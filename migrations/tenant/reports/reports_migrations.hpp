// Saved reports and the files made from them.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> reports_migrations();

} // namespace bgerp::migrations
