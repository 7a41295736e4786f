// The queue's tables: the names of all, for the grants of the accounts that may touch nothing else,
// and the statements of the first ones, for the migration that makes them. A later table has a
// migration, and a file, of its own; its name is added here. Constants; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

/// Names of all tables of the engine, in the order in which they are made.
[[nodiscard]] const std::vector<std::string_view>& queue_tables();

/// `CREATE TABLE IF NOT EXISTS` of each of the first ones, in the same order, for the database that
/// the connection is in.
[[nodiscard]] std::vector<std::string> queue_table_ddl();

} // namespace bgerp::queue
