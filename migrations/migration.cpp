#include "migrations/migration.hpp"

#include <algorithm>
#include <cctype>

namespace bgerp::migrations {

bool is_migration_name(const std::string& name) {
    constexpr std::size_t date_length = 8; // YYYY_MM_
    if (name.size() <= date_length || name[4] != '_' || name[7] != '_') {
        return false;
    }
    const auto digit = [&](std::size_t i) { return name[i] >= '0' && name[i] <= '9'; };
    const bool is_date = digit(0) && digit(1) && digit(2) && digit(3) && digit(5) && digit(6);
    const std::string month = name.substr(5, 2);
    if (!is_date || month < "01" || month > "12") {
        return false;
    }
    return std::all_of(name.begin() + date_length, name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Migration create_tables(std::string name, std::string module, std::vector<TableDefinition> tables) {
    const auto up = [tables](Schema& schema) {
        for (const TableDefinition& table : tables) {
            schema.create_table_if_missing(table.name, table.body);
        }
    };
    const auto down = [tables = std::move(tables)](Schema& schema) {
        for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
            schema.drop_table_if_exists(table->name);
        }
    };
    return {std::move(name), std::move(module), up, down};
}

} // namespace bgerp::migrations
