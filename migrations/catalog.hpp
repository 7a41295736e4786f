// All migrations this program knows, by module. A module that a tenant doesn't have costs it no
// tables. To add a module: a folder with its migrations and a line in catalog.cpp.
#pragma once

#include "migrations/migration.hpp"

#include <string>
#include <vector>

namespace bgerp::migrations {

/// The modules of tenants' databases in the order they are migrated.
[[nodiscard]] std::vector<std::string> all_modules();

/// Those that every tenant has, whether asked for or not.
[[nodiscard]] std::vector<std::string> required_modules();

/// `chosen` completed by the required ones, in order, without repeats. Nothing chosen: all.
/// invalid_argument for a name that isn't a module.
[[nodiscard]] Result<std::vector<std::string>>
resolve_modules(const std::vector<std::string>& chosen);

/// The migrations of a tenant's database with these modules, in order. Unknown names are skipped:
/// a newer program may have enabled them.
[[nodiscard]] std::vector<Migration> tenant_migrations(const std::vector<std::string>& modules);

inline constexpr const char* core_tracking_table = "schema_migrations";
inline constexpr const char* tenant_tracking_table = "tenant_schema_migrations";

} // namespace bgerp::migrations
