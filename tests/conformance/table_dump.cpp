#include "tests/conformance/table_dump.hpp"

#include "tenant_db/queue/tables.hpp"

#include <map>
#include <regex>
#include <set>

namespace bgerp::queue {

namespace {

constexpr std::chrono::seconds patience{60};

std::vector<std::string> all_tables(const std::vector<std::string>& more) {
    std::vector<std::string> tables(queue_tables().begin(), queue_tables().end());
    tables.insert(tables.end(), more.begin(), more.end());
    return tables;
}

// Numbers that the database gave out differ even when the same thing happened.
std::string columns_of(mysql::Session& session, const std::string& table) {
    std::string columns;
    session.query(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        " AND TABLE_NAME = ? AND EXTRA NOT LIKE '%auto_increment%' AND COLUMN_NAME <> 'job_id'"
        " ORDER BY ORDINAL_POSITION",
        {table},
        [&](const mysql::Row& row) { columns += ", COALESCE(`" + row.text(0) + "`, '-')"; }
    );
    return columns;
}

std::string without_chance(std::string text) {
    static const std::regex time_text(R"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?)");
    static const std::regex time_number(R"(\b\d{10}\b)");
    static const std::regex uuid(
        "(?!" + std::string(known_uuid_prefix) + R"()\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    );
    text = std::regex_replace(text, time_text, "T");
    text = std::regex_replace(text, time_number, "T");
    return std::regex_replace(text, uuid, "U");
}

} // namespace

std::string known_uuid(int number) {
    const std::string digits = std::to_string(number);
    return known_uuid_prefix + std::string(12 - digits.size(), '0') + digits;
}

std::string dump_tables(mysql::Pool& pool, const std::vector<std::string>& more) {
    static std::map<std::string, std::string> columns; // of tables, which don't change
    const auto connection = pool.acquire(Deadline::after(patience));
    std::multiset<std::string> lines;
    for (const std::string& table : all_tables(more)) {
        auto known = columns.find(table);
        if (known == columns.end()) {
            known = columns.emplace(table, columns_of(*connection, table)).first;
        }
        connection->query(
            "SELECT CONCAT_WS('|', '" + table + "'" + known->second + ") FROM " + table,
            {},
            [&](const mysql::Row& row) { lines.insert(without_chance(row.text(0))); }
        );
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

void empty_tables(mysql::Pool& pool, const std::vector<std::string>& more) {
    const auto connection = pool.acquire(Deadline::after(patience));
    connection->begin();
    for (const std::string& table : all_tables(more)) {
        connection->execute("DELETE FROM " + table);
    }
    connection->commit();
}

} // namespace bgerp::queue
