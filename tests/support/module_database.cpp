#include "tests/support/module_database.hpp"

namespace bgerp::testing_support {

namespace {

constexpr const char* tables[] = {
    R"(CREATE TABLE data_import (
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
target VARCHAR(64) NOT NULL,
mode ENUM('insert','upsert') NOT NULL,
dry_run BOOLEAN NOT NULL DEFAULT 0,
mapping JSON NULL,
state ENUM('pending','running','completed','failed') NOT NULL DEFAULT 'pending',
file_name VARCHAR(255) NOT NULL COMMENT 'in the tenant''s storage folder',
file_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
original_name VARCHAR(255) NOT NULL DEFAULT '',
scanned BOOLEAN NOT NULL DEFAULT 0,
byte_offset BIGINT UNSIGNED NOT NULL DEFAULT 0,
line BIGINT UNSIGNED NOT NULL DEFAULT 0,
row_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
accepted BIGINT UNSIGNED NOT NULL DEFAULT 0,
rejected BIGINT UNSIGNED NOT NULL DEFAULT 0,
errors_by_code JSON NOT NULL,
errors_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
error_message TEXT NULL,
error_field VARCHAR(190) NULL,
job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
started_at DATETIME(6) NULL,
finished_at DATETIME(6) NULL,
PRIMARY KEY (id)))",
    R"(CREATE TABLE department (
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
name VARCHAR(255) NOT NULL,
PRIMARY KEY (id),
UNIQUE KEY department_name (name)))",
    R"(CREATE TABLE employee (
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
employee_code VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
first_name VARCHAR(255) NOT NULL,
last_name VARCHAR(255) NOT NULL,
email VARCHAR(254) NOT NULL,
department_id BIGINT UNSIGNED NULL,
job_title VARCHAR(255) NULL,
hire_date DATE NOT NULL,
termination_date DATE NULL COMMENT 'the last day employed',
pay_type ENUM('salaried','hourly') NOT NULL,
base_salary DECIMAL(38,10) NOT NULL COMMENT 'a year''s when salaried, an hour''s when hourly',
currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
bank_account VARCHAR(34) CHARACTER SET ascii COLLATE ascii_bin NULL,
import_id BIGINT UNSIGNED NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY employee_code (employee_code),
KEY employee_department (department_id)))",
    R"(CREATE TABLE attendance (
employee_id BIGINT UNSIGNED NOT NULL,
work_date DATE NOT NULL,
hours DECIMAL(6,2) NOT NULL,
PRIMARY KEY (employee_id, work_date)))",
    R"(CREATE TABLE salary_component (
code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
side ENUM('employee','employer') NOT NULL,
definition JSON NOT NULL,
position INT UNSIGNED NOT NULL,
active BOOLEAN NOT NULL DEFAULT 1,
PRIMARY KEY (code)))",
    R"(CREATE TABLE payroll_run (
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
period VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'YYYY-MM',
state ENUM('draft','calculating','calculated','approved','paid','reversed')
  NOT NULL DEFAULT 'draft',
active_period VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin
  GENERATED ALWAYS AS (IF(state = 'reversed', NULL, period)) STORED,
generation BIGINT UNSIGNED NOT NULL DEFAULT 1,
currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
cursor_employee_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
payslips BIGINT UNSIGNED NOT NULL DEFAULT 0,
gross DECIMAL(38,4) NOT NULL DEFAULT 0,
deductions DECIMAL(38,4) NOT NULL DEFAULT 0,
employer DECIMAL(38,4) NOT NULL DEFAULT 0,
net DECIMAL(38,4) NOT NULL DEFAULT 0,
job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
calculated_at DATETIME(6) NULL,
approved_at DATETIME(6) NULL,
approved_by VARCHAR(190) NULL,
paid_at DATETIME(6) NULL,
reversed_at DATETIME(6) NULL,
reversed_by VARCHAR(190) NULL,
PRIMARY KEY (id),
UNIQUE KEY payroll_run_active (active_period),
KEY payroll_run_period (period)))",
    R"(CREATE TABLE payslip (
run_id BIGINT UNSIGNED NOT NULL,
employee_id BIGINT UNSIGNED NOT NULL,
period VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
employee_code VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
name VARCHAR(511) NOT NULL,
department VARCHAR(255) NULL,
currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
employed_days SMALLINT UNSIGNED NOT NULL,
hours DECIMAL(10,2) NULL,
gross DECIMAL(24,4) NOT NULL,
deductions DECIMAL(24,4) NOT NULL,
employer DECIMAL(24,4) NOT NULL,
net DECIMAL(24,4) NOT NULL,
generation BIGINT UNSIGNED NOT NULL,
PRIMARY KEY (run_id, employee_id),
KEY payslip_employee (employee_id, period)))",
    R"(CREATE TABLE payslip_line (
run_id BIGINT UNSIGNED NOT NULL,
employee_id BIGINT UNSIGNED NOT NULL,
component_code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
side ENUM('employee','employer') NOT NULL,
amount DECIMAL(24,4) NOT NULL,
PRIMARY KEY (run_id, employee_id, component_code)))",
    R"(CREATE TABLE customer (
customer_id BIGINT NOT NULL,
first_name VARCHAR(255) NOT NULL,
last_name VARCHAR(255) NOT NULL,
company VARCHAR(255) NULL,
address VARCHAR(255) NULL,
city VARCHAR(255) NULL,
state VARCHAR(255) NULL,
country VARCHAR(255) NULL,
postal_code VARCHAR(64) NULL,
phone VARCHAR(64) NULL,
fax VARCHAR(64) NULL,
email VARCHAR(254) NOT NULL,
support_rep_id BIGINT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (customer_id),
KEY customer_country (country)))",
    R"(CREATE TABLE invoice (
invoice_id BIGINT NOT NULL,
customer_id BIGINT NOT NULL,
invoice_date DATETIME NOT NULL,
billing_address VARCHAR(255) NULL,
billing_city VARCHAR(255) NULL,
billing_state VARCHAR(255) NULL,
billing_country VARCHAR(255) NULL,
billing_postal_code VARCHAR(64) NULL,
total DECIMAL(38,10) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (invoice_id),
KEY invoice_customer (customer_id),
KEY invoice_invoice_date (invoice_date)))",
    R"(CREATE TABLE invoice_line (
invoice_line_id BIGINT NOT NULL,
invoice_id BIGINT NOT NULL,
track_id BIGINT NOT NULL,
unit_price DECIMAL(38,10) NOT NULL,
quantity BIGINT NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (invoice_line_id),
KEY invoice_line_invoice (invoice_id),
KEY invoice_line_track (track_id)))",
    R"(CREATE TABLE track (
track_id BIGINT NOT NULL,
name VARCHAR(255) NOT NULL,
album_id BIGINT NULL,
media_type_id BIGINT NULL,
genre_id BIGINT NULL,
composer VARCHAR(255) NULL,
milliseconds BIGINT NOT NULL,
bytes BIGINT NULL,
unit_price DECIMAL(38,10) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (track_id),
KEY track_genre (genre_id)))",
    R"(CREATE TABLE genre (
genre_id BIGINT NOT NULL,
name VARCHAR(255) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (genre_id)))",
    R"(CREATE TABLE saved_report (
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
name VARCHAR(190) NOT NULL,
report VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
parameters JSON NOT NULL,
format ENUM('csv','xlsx','json') NOT NULL DEFAULT 'csv',
created_by VARCHAR(190) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY saved_report_name (name)))",
    R"(CREATE TABLE report_file (
id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
report VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
parameters JSON NOT NULL,
format ENUM('csv','xlsx','json') NOT NULL,
state ENUM('pending','running','completed','failed') NOT NULL DEFAULT 'pending',
path VARCHAR(255) NULL,
row_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
error TEXT NULL,
job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
finished_at DATETIME(6) NULL,
PRIMARY KEY (id),
KEY report_file_created (created_at)))",
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
