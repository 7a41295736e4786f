// One change of a database's shape, compiled into the programs. Migrations are listed by module in
// the order they run and are recorded by name, so a name is never reused or changed after release.
#pragma once

#include "migrations/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bgerp::migrations {

struct Migration {
    std::string name;   // YYYY_MM_description
    std::string module; // the folder it lives in
    std::function<void(Schema&)> up;
    std::function<void(Schema&)> down; // undoes `up`; empty: can't be rolled back
};

/// True for `YYYY_MM_description`: a year, a month, then lower-case letters, digits, underscores.
[[nodiscard]] bool is_migration_name(const std::string& name);

/// A migration that creates tables and, rolled back, drops them in the opposite order.
struct TableDefinition {
    std::string name;
    std::string body;
};

[[nodiscard]] Migration
create_tables(std::string name, std::string module, std::vector<TableDefinition> tables);

} // namespace bgerp::migrations
