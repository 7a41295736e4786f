#include "tenant_db/data/table_shape.hpp"

#include <algorithm>

namespace bgerp::data {

namespace {

constexpr std::chrono::minutes kept_for{1};
constexpr std::size_t entries_max = 20'000; // a few hundred bytes each

constexpr const char* columns_sql =
    "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION";
constexpr const char* primary_key_sql =
    "SELECT COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() "
    "AND TABLE_NAME = ? AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX";

ColumnKind kind_of(const std::string& type, const std::string& full_type) {
    if (full_type == "tinyint(1)") {
        return ColumnKind::boolean;
    }
    if (type.ends_with("int")) {
        return ColumnKind::integer;
    }
    if (type == "decimal") {
        return ColumnKind::decimal;
    }
    if (type == "date") {
        return ColumnKind::date;
    }
    if (type == "datetime" || type == "timestamp") {
        return ColumnKind::date_time;
    }
    return type == "json" ? ColumnKind::json : ColumnKind::text;
}

} // namespace

const Column* TableShape::find(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.name == name;
    });
    return found == columns.end() ? nullptr : &*found;
}

TableShape load_table_shape(mysql::Session& session, const std::string& table) {
    TableShape shape;
    shape.table = table;
    session.query(columns_sql, {table}, [&](const mysql::Row& row) {
        shape.columns.push_back(
            {row.text(0), kind_of(row.text(1), row.text(2)), row.text(3) == "YES"}
        );
    });
    session.query(primary_key_sql, {table}, [&](const mysql::Row& row) {
        shape.primary_key.push_back(row.text(0));
    });
    return shape;
}

std::shared_ptr<const TableShape>
TableShapes::get(mysql::Session& session, const std::string& database, const std::string& table) {
    const std::string key = database + "." + table;
    const auto now = clock_.steady_now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found != entries_.end() && now < found->second.until) {
            return found->second.shape;
        }
    }
    auto shape = std::make_shared<const TableShape>(load_table_shape(session, table));
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= entries_max) {
        entries_.clear();
    }
    entries_.insert_or_assign(key, Entry{shape, now + kept_for});
    return shape;
}

} // namespace bgerp::data
