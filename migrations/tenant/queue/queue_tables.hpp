// The queue's tables: their names, for the grants of the accounts that may touch nothing else, and
// the statements that make them, for the migration. Constants; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

/// Names of all tables of the engine, in the order in which they are made.
[[nodiscard]] const std::vector<std::string_view>& queue_tables();

/// `CREATE TABLE IF NOT EXISTS` of each of them, in the same order, for the database that the
/// connection is in.
[[nodiscard]] std::vector<std::string> queue_table_ddl();

} // namespace bgerp::queue
