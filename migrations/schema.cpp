#include "migrations/schema.hpp"

#include <algorithm>
#include <sstream>

namespace bgerp::migrations {

namespace {

// Temporary, so it hides nothing of the database's and is gone with the connection.
constexpr const char* probe_table = "bgerp_column_probe";

std::string quoted(const std::string& name) {
    return "`" + name + "`";
}

std::string alter(const std::string& table, const std::string& change) {
    return "ALTER TABLE " + quoted(table) + " " + change;
}

/// A value as a person reads it in printed SQL.
struct Readable {
    std::string operator()(std::nullptr_t) const { return "NULL"; }

    std::string operator()(std::int64_t value) const { return std::to_string(value); }

    std::string operator()(std::uint64_t value) const { return std::to_string(value); }

    std::string operator()(std::string_view value) const { return "'" + std::string(value) + "'"; }
};

std::string joined(const std::vector<std::string>& parts, const char* separator) {
    std::string text;
    for (const std::string& part : parts) {
        text.append(text.empty() ? "" : separator).append(part);
    }
    return text;
}

} // namespace

Schema::Schema(mysql::Connection& connection, Print print)
    : connection_(connection)
    , print_(std::move(print)) {}

void Schema::run(const std::string& sql) {
    if (print_) {
        print_(sql + ";");
    } else {
        connection_.execute_text(sql);
    }
}

bool Schema::has_table(const std::string& table) {
    return connection_
        .query_one(
            "SELECT 1 FROM information_schema.TABLES "
            "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?",
            {table},
            [](const mysql::Row&) { return true; }
        )
        .has_value();
}

bool Schema::has_column(const std::string& table, const std::string& column) {
    return connection_
        .query_one(
            "SELECT 1 FROM information_schema.COLUMNS "
            "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ?",
            {table, column},
            [](const mysql::Row&) { return true; }
        )
        .has_value();
}

bool Schema::has_index(const std::string& table, const std::string& index) {
    return connection_
        .query_one(
            "SELECT 1 FROM information_schema.STATISTICS "
            "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? LIMIT 1",
            {table, index},
            [](const mysql::Row&) { return true; }
        )
        .has_value();
}

void Schema::create_table_if_missing(const std::string& table, const std::string& body) {
    if (print_ && has_table(table)) {
        return;
    }
    run("CREATE TABLE IF NOT EXISTS " + quoted(table) + " (\n" + body +
        "\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci");
}

void Schema::drop_table_if_exists(const std::string& table) {
    if (!print_ || has_table(table)) {
        run("DROP TABLE IF EXISTS " + quoted(table));
    }
}

void Schema::add_column_if_missing(
    const std::string& table, const std::string& column, const std::string& definition
) {
    if (!has_column(table, column)) {
        run(alter(table, "ADD COLUMN " + quoted(column) + " " + definition));
    }
}

void Schema::drop_column_if_exists(const std::string& table, const std::string& column) {
    if (has_column(table, column)) {
        run(alter(table, "DROP COLUMN " + quoted(column)));
    }
}

void Schema::add_index_if_missing(
    const std::string& table, const std::string& index, const std::string& definition
) {
    if (has_index(table, index)) {
        return;
    }
    const auto columns = definition.find('(');
    if (columns == std::string::npos) {
        throw Failure(ErrorCode::internal, "an index definition names no columns", definition);
    }
    run(alter(
        table,
        "ADD " + definition.substr(0, columns) + quoted(index) + " " + definition.substr(columns)
    ));
}

void Schema::drop_index_if_exists(const std::string& table, const std::string& index) {
    if (has_index(table, index)) {
        run(alter(table, "DROP INDEX " + quoted(index)));
    }
}

void Schema::modify_column_if_different(
    const std::string& table, const std::string& column, const std::string& definition
) {
    const std::string change = "MODIFY COLUMN " + quoted(column) + " " + definition;
    if (!has_column(table, column)) { // only pretended so far, or a mistake that MODIFY reports
        run(alter(table, change));
        return;
    }
    const std::string drop = std::string("DROP TEMPORARY TABLE IF EXISTS ") + probe_table;
    connection_.execute_text(drop);
    connection_.execute_text(
        std::string("CREATE TEMPORARY TABLE ") + probe_table + " LIKE " + quoted(table)
    );
    connection_.execute_text(alter(probe_table, change));
    const bool different = column_line(table, column) != column_line(probe_table, column);
    connection_.execute_text(drop);
    if (different) {
        run(alter(table, change));
    }
}

std::string Schema::column_line(const std::string& table, const std::string& column) {
    const auto text =
        connection_.query_one("SHOW CREATE TABLE " + quoted(table), {}, [](const mysql::Row& row) {
            return row.text(1);
        });
    std::istringstream lines(text.value_or(""));
    const std::string start = "  " + quoted(column) + " ";
    for (std::string line; std::getline(lines, line);) {
        if (line.compare(0, start.size(), start) == 0) {
            if (line.back() == ',') {
                line.pop_back();
            }
            return line;
        }
    }
    return {};
}

void Schema::insert_if_not_exists(
    const std::string& table, const Values& values, const std::vector<std::string>& key
) {
    std::vector<std::string> columns;
    std::vector<std::string> marks;
    std::vector<std::string> conditions;
    mysql::Params params;
    for (const auto& [column, value] : values) {
        columns.push_back(quoted(column));
        marks.emplace_back("?");
        params.push_back(value);
    }
    for (const std::string& column : key) {
        const auto found = std::find_if(values.begin(), values.end(), [&](const auto& pair) {
            return pair.first == column;
        });
        if (found == values.end()) {
            throw Failure(ErrorCode::internal, "a key column has no value", table + "." + column);
        }
        conditions.push_back(quoted(column).append(" <=> ?"));
        params.push_back(found->second);
    }
    const std::string sql = "INSERT INTO " + quoted(table) + " (" + joined(columns, ", ") +
                            ") SELECT " + joined(marks, ", ") +
                            " FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM " + quoted(table) +
                            " WHERE " + joined(conditions, " AND ") + ")";
    if (!print_) {
        connection_.execute(sql, params);
        return;
    }
    std::vector<std::string> shown;
    for (const mysql::Param& param : params) {
        shown.push_back(std::visit(Readable{}, param.value()));
    }
    print_(sql + "; -- values: " + joined(shown, ", "));
}

} // namespace bgerp::migrations
