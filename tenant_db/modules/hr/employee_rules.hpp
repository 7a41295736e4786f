// What makes a row of an employee file good: the ordered rules of the import (docs/contracts.md)
// up to the bank account. Used by the importer and by the API's employee resource. Knows nothing
// of files and databases: duplicates and the number of columns are the importer's. Pure, any
// thread.
#pragma once

#include "base/decimal.hpp"
#include "tenant_db/modules/import_column.hpp"
#include "tenant_db/modules/row_error.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace bgerp::hr {

enum class PayType { salaried, hourly };

/// As in the files and the database: "salaried", "hourly".
[[nodiscard]] std::string_view pay_type_name(PayType type);
[[nodiscard]] std::optional<PayType> parse_pay_type(std::string_view text);

struct Employee {
    std::string employee_code;
    std::string first_name;
    std::string last_name;
    std::string email;
    std::optional<std::string> department;
    std::optional<std::string> job_title;
    std::chrono::year_month_day hire_date;
    std::optional<std::chrono::year_month_day> termination_date; // the last day employed
    PayType pay_type = PayType::salaried;
    Decimal base_salary; // a year's when salaried, an hour's when hourly
    std::string currency;
    std::optional<std::string> bank_account;
};

inline constexpr std::array<ImportColumn, 12> employee_columns{{
    {"employee_code", ColumnType::text, true, 64},
    {"first_name", ColumnType::text, true, 255},
    {"last_name", ColumnType::text, true, 255},
    {"email", ColumnType::email, true, 254}, // RFC 5321, erratum 1690
    {"department", ColumnType::text, false, 255},
    {"job_title", ColumnType::text, false, 255},
    {"hire_date", ColumnType::date, true},
    {"termination_date", ColumnType::date, false},
    {"pay_type", ColumnType::text, true},
    {"base_salary", ColumnType::decimal, true},
    {"currency", ColumnType::text, true},
    {"bank_account", ColumnType::text, false, 34}, // ISO 13616
}};

/// Checks one record, its fields in employee_columns' order (an absent column's field is empty),
/// and gives the employee, or the first rule that the record breaks.
[[nodiscard]] tl::expected<Employee, RowError>
check_employee(std::span<const std::string_view, employee_columns.size()> fields);

} // namespace bgerp::hr
