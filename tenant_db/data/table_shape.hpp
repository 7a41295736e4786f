// The columns of a table as the database's catalogue has them, and a cache of it: catalogue queries
// are slow, and shapes change with migrations alone. Thread-safe where noted.
#pragma once

#include "base/clock.hpp"
#include "base/mysql/session.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::data {

enum class ColumnKind { integer, decimal, boolean, text, date, date_time, json };

struct Column {
    std::string name;
    ColumnKind kind = ColumnKind::text;
    bool nullable = false;
};

struct TableShape {
    std::string table;
    std::vector<Column> columns;
    std::vector<std::string> primary_key;

    /// The column of that name, or null.
    [[nodiscard]] const Column* find(std::string_view name) const;
};

/// The shape of `table` in the session's database; no columns when there is no such table.
[[nodiscard]] TableShape load_table_shape(mysql::Session& session, const std::string& table);

/// Shapes of many tenants' tables, each kept for a minute. Thread-safe.
class TableShapes {
public:
    explicit TableShapes(const Clock& clock)
        : clock_(clock) {}

    /// `database` is the session's. Blocking.
    [[nodiscard]] std::shared_ptr<const TableShape>
    get(mysql::Session& session, const std::string& database, const std::string& table);

private:
    struct Entry {
        std::shared_ptr<const TableShape> shape;
        std::chrono::steady_clock::time_point until;
    };

    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Entry> entries_; // by "database.table"
};

} // namespace bgerp::data
