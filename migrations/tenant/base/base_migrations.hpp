// What every tenant's database has, whatever its modules: files, imports, settings, the log of
// changes.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> base_migrations();

} // namespace bgerp::migrations
