#include "tests/support/module_database.hpp"

namespace bgerp::testing_support {

namespace {

constexpr const char* tables[] = {
    "CREATE TABLE department (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT "
    "NULL, parent_id BIGINT UNSIGNED NULL, UNIQUE KEY (name))",
    "CREATE TABLE employee (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, employee_code "
    "VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, first_name VARCHAR(255) NOT NULL, last_name "
    "VARCHAR(255) NOT NULL, email VARCHAR(254) NOT NULL, department_id BIGINT UNSIGNED NULL, "
    "job_title VARCHAR(255) NULL, hire_date DATE NOT NULL, termination_date DATE NULL, pay_type "
    "VARCHAR(16) NOT NULL, base_salary DECIMAL(38,10) NOT NULL, currency CHAR(3) NOT NULL, "
    "bank_account VARCHAR(34) NULL, import_id BIGINT UNSIGNED NULL, created_at TIMESTAMP NOT NULL "
    "DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE "
    "CURRENT_TIMESTAMP, UNIQUE KEY (employee_code), KEY (department_id))",
    "CREATE TABLE attendance (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, employee_id BIGINT "
    "UNSIGNED NOT NULL, work_date DATE NOT NULL, hours DECIMAL(10,4) NOT NULL, UNIQUE KEY "
    "(employee_id, work_date))",
    "CREATE TABLE data_import (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, target VARCHAR(64) "
    "NOT NULL, mode VARCHAR(16) NOT NULL, dry_run TINYINT NOT NULL DEFAULT 0, mapping LONGTEXT "
    "NULL, state VARCHAR(16) NOT NULL, file_name VARCHAR(512) NOT NULL, file_bytes BIGINT UNSIGNED "
    "NOT NULL, original_name VARCHAR(255) NOT NULL, job_uuid CHAR(36) NOT NULL, scanned TINYINT "
    "NOT NULL DEFAULT 0, byte_offset BIGINT UNSIGNED NOT NULL DEFAULT 0, line BIGINT UNSIGNED NOT "
    "NULL DEFAULT 1, row_count BIGINT UNSIGNED NOT NULL DEFAULT 0, accepted BIGINT UNSIGNED NOT "
    "NULL DEFAULT 0, rejected BIGINT UNSIGNED NOT NULL DEFAULT 0, errors_by_code LONGTEXT NOT "
    "NULL, errors_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0, error_message TEXT NULL, error_field "
    "VARCHAR(255) NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, started_at "
    "DATETIME NULL, finished_at DATETIME NULL)",
};

} // namespace

ModuleDatabase::ModuleDatabase()
    : pool_(database_.admin_pool(database_.create_database()))
    , storage_(database_.config().storage.dir, value_or_throw(OrgCode::parse("demo"))) {
    for (const char* sql : tables) {
        pool_->acquire(Deadline::after(std::chrono::seconds(10)))->execute_text(sql);
    }
}

std::string ModuleDatabase::value(const std::string& sql) {
    return pool_->acquire(Deadline::after(std::chrono::seconds(10)))
        ->query_one(sql, {}, [](const mysql::Row& row) { return row.text(0); })
        .value_or("");
}

std::string ModuleDatabase::table(const std::string& sql, unsigned columns) {
    std::string text;
    pool_->acquire(Deadline::after(std::chrono::seconds(10)))
        ->query(sql, {}, [&](const mysql::Row& row) {
            for (unsigned i = 0; i < columns; ++i) {
                text += (i == 0 ? "" : "|") + row.optional_text(i).value_or("-");
            }
            text += "\n";
        });
    return text;
}

void ModuleDatabase::execute(const std::string& sql) {
    pool_->acquire(Deadline::after(std::chrono::seconds(10)))->execute_text(sql);
}

} // namespace bgerp::testing_support
