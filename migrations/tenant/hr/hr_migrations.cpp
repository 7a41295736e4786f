#include "migrations/tenant/hr/hr_migrations.hpp"

namespace bgerp::migrations {

namespace {

constexpr const char* department = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
name VARCHAR(255) NOT NULL,
PRIMARY KEY (id),
UNIQUE KEY department_name (name))";

// Codes are compared byte by byte: `e1` and `E1` are two people. No foreign key to department: the
// import writes hundreds of thousands of rows and makes the departments itself.
constexpr const char* employee = R"(
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
KEY employee_department (department_id))";

constexpr const char* attendance = R"(
employee_id BIGINT UNSIGNED NOT NULL,
work_date DATE NOT NULL,
hours DECIMAL(12,10) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (employee_id, work_date))";

constexpr const char* leave_request = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
employee_id BIGINT UNSIGNED NOT NULL,
kind VARCHAR(64) NOT NULL,
first_day DATE NOT NULL,
last_day DATE NOT NULL,
reason TEXT NULL,
state ENUM('requested','approved','declined','withdrawn') NOT NULL DEFAULT 'requested',
decided_by VARCHAR(190) NULL,
decided_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
KEY leave_request_employee (employee_id, first_day),
CONSTRAINT leave_request_days CHECK (last_day >= first_day))";

// Day 1 is Monday (ISO 8601).
constexpr const char* work_schedule = R"(
employee_id BIGINT UNSIGNED NOT NULL,
valid_from DATE NOT NULL,
weekday TINYINT UNSIGNED NOT NULL,
hours DECIMAL(6,2) NOT NULL,
PRIMARY KEY (employee_id, valid_from, weekday),
CONSTRAINT work_schedule_weekday CHECK (weekday BETWEEN 1 AND 7))";

constexpr const char* salary_component = R"(
code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
side ENUM('employee','employer') NOT NULL,
definition JSON NOT NULL,
position INT UNSIGNED NOT NULL,
active BOOLEAN NOT NULL DEFAULT 1,
PRIMARY KEY (code))";

// At most one run of a period that isn't reversed: active_period is NULL in reversed ones, and a
// unique key lets NULL repeat. VARCHAR, because what a CHAR reads as depends on the session, and
// MariaDB therefore allows none in a stored expression.
constexpr const char* payroll_run = R"(
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
KEY payroll_run_period (period))";

// A payslip keeps the names of its day: it is a document, not a view of the employee.
constexpr const char* payslip = R"(
run_id BIGINT UNSIGNED NOT NULL,
employee_id BIGINT UNSIGNED NOT NULL,
period VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
employee_code VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
name VARCHAR(511) NOT NULL,
department VARCHAR(255) NULL,
currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
employed_days SMALLINT UNSIGNED NOT NULL,
hours DECIMAL(20,10) NULL,
gross DECIMAL(38,4) NOT NULL,
deductions DECIMAL(38,4) NOT NULL,
employer DECIMAL(38,4) NOT NULL,
net DECIMAL(38,4) NOT NULL,
generation BIGINT UNSIGNED NOT NULL,
PRIMARY KEY (run_id, employee_id),
KEY payslip_employee (employee_id, period))";

constexpr const char* payslip_line = R"(
run_id BIGINT UNSIGNED NOT NULL,
employee_id BIGINT UNSIGNED NOT NULL,
component_code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
side ENUM('employee','employer') NOT NULL,
amount DECIMAL(38,4) NOT NULL,
PRIMARY KEY (run_id, employee_id, component_code))";

} // namespace

std::vector<Migration> hr_migrations() {
    return {
        create_tables(
            "2026_11_hr_employees",
            "hr",
            {{"department", department},
             {"employee", employee},
             {"attendance", attendance},
             {"leave_request", leave_request},
             {"work_schedule", work_schedule}}
        ),
        create_tables(
            "2026_11_hr_payroll",
            "hr",
            {{"salary_component", salary_component},
             {"payroll_run", payroll_run},
             {"payslip", payslip},
             {"payslip_line", payslip_line}}
        ),
    };
}

} // namespace bgerp::migrations
