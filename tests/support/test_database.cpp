#include "tests/support/test_database.hpp"

#include "base/ids.hpp"
#include "tenant_db/database_accounts.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <iostream>

namespace bgerp::testing_support {

TestDatabase::TestDatabase() {
    ensure_test_server();
    config_ = test_server_config();
    constexpr std::size_t random_bytes_count = 5; // core names end at 16 characters
    config_.database.core_name = "x" + random_hex(random_bytes_count);
    folder_ =
        (std::filesystem::temp_directory_path() / ("bgerp_test_" + config_.database.core_name))
            .string();
    std::filesystem::create_directories(folder_);
    config_.security.master_key_file = folder_ + "/secrets/master.key";
    config_.storage.dir = folder_ + "/files";
}

TestDatabase::~TestDatabase() {
    try {
        drop_all();
    } catch (const std::exception& error) {
        std::cerr << "a test's databases could not be dropped: " << error.what() << "\n";
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string TestDatabase::tenant_database(const std::string& org_code) const {
    return config_.database.core_name + "_t_" + org_code;
}

std::string TestDatabase::config_section() const {
    const DatabaseConfig& database = config_.database;
    std::string text = "database:\n  port: " + std::to_string(database.port);
    for (const auto& [key, value] :
         {std::pair{"data_dir", database.data_dir},
          std::pair{"core_name", database.core_name},
          std::pair{"socket", database.socket},
          std::pair{"host", database.host},
          std::pair{"admin_user", database.admin_user},
          std::pair{"admin_password_file", database.admin_password_file},
          std::pair{"tls_ca_file", database.tls_ca_file}}) {
        if (!value.empty()) {
            text.append("\n  ").append(key).append(": ").append(value);
        }
    }
    return text + "\n";
}

mysql::Endpoint TestDatabase::admin(const std::string& database) const {
    mysql::Endpoint endpoint = value_or_throw(admin_endpoint(config_.database));
    endpoint.database = database;
    return endpoint;
}

std::string TestDatabase::create_database(const std::string& suffix) {
    std::string name = config_.database.core_name + suffix;
    mysql::Connection(admin()).execute_text(
        "CREATE DATABASE `" + name + "` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    );
    return name;
}

std::unique_ptr<mysql::Pool>
TestDatabase::admin_pool(const std::string& database, std::size_t connections_max) const {
    return std::make_unique<mysql::Pool>(admin(database), connections_max);
}

void TestDatabase::drop_all() {
    mysql::Connection connection(admin());
    const std::string& name = config_.database.core_name;
    const std::string below = name + "\\_%";
    std::vector<std::string> statements;
    connection.query(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
        "WHERE SCHEMA_NAME = ? OR SCHEMA_NAME LIKE ?",
        {name, below},
        [&](const mysql::Row& row) { statements.push_back("DROP DATABASE `" + row.text(0) + "`"); }
    );
    connection.query(
        "SELECT User, Host FROM mysql.user WHERE User LIKE ?",
        {below},
        [&](const mysql::Row& row) {
            statements.push_back("DROP USER '" + row.text(0) + "'@'" + row.text(1) + "'");
        }
    );
    for (const std::string& statement : statements) {
        connection.execute_text(statement);
    }
}

} // namespace bgerp::testing_support
