// What a migration changes a database with: helpers that look before they change, so that running a
// migration again, wherever it died, completes it. In pretend mode nothing is changed and the SQL
// is printed instead. Names and definitions are constants of the migrations, never input. Not
// thread-safe. Blocking; every helper throws mysql::DatabaseError.
#pragma once

#include "base/mysql/connection.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bgerp::migrations {

using Print = std::function<void(const std::string& sql)>;

/// Column names and what to put into them.
using Values = std::vector<std::pair<std::string, mysql::Param>>;

class Schema {
public:
    /// Works in the connection's default database. With `print` set it only pretends.
    explicit Schema(mysql::Connection& connection, Print print = {});

    /// `body` is what stands between the parentheses of CREATE TABLE. InnoDB, utf8mb4_unicode_ci.
    void create_table_if_missing(const std::string& table, const std::string& body);

    void drop_table_if_exists(const std::string& table);

    /// `definition` is type, default and so on, without the name.
    void add_column_if_missing(
        const std::string& table, const std::string& column, const std::string& definition
    );

    void drop_column_if_exists(const std::string& table, const std::string& column);

    /// `definition` is what follows ADD without the name: `KEY (a, b)` or `UNIQUE KEY (a)`.
    void add_index_if_missing(
        const std::string& table, const std::string& index, const std::string& definition
    );

    void drop_index_if_exists(const std::string& table, const std::string& index);

    /// Compares as the server itself would write the two definitions, so that `INT` and `int(11)`
    /// are no difference.
    void modify_column_if_different(
        const std::string& table, const std::string& column, const std::string& definition
    );

    /// Inserts a row unless one with the same values in `key` is there. Never updates.
    void insert_if_not_exists(
        const std::string& table, const Values& values, const std::vector<std::string>& key
    );

    /// For what no helper covers. Must be harmless to run again.
    void run(const std::string& sql);

    [[nodiscard]] bool has_table(const std::string& table);
    [[nodiscard]] bool has_column(const std::string& table, const std::string& column);
    [[nodiscard]] bool has_index(const std::string& table, const std::string& index);

private:
    [[nodiscard]] std::string column_line(const std::string& table, const std::string& column);

    mysql::Connection& connection_;
    Print print_;
};

} // namespace bgerp::migrations
