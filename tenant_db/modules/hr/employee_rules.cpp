#include "tenant_db/modules/hr/employee_rules.hpp"

#include "base/currency.hpp"
#include "tenant_db/modules/hr/iban.hpp"
#include "tenant_db/modules/row_values.hpp"

#include <utility>
#include <variant>

namespace bgerp::hr {

namespace {

// Positions in employee_columns.
enum Column : std::size_t {
    employee_code,
    first_name,
    last_name,
    email,
    department,
    job_title,
    hire_date,
    termination_date,
    pay_type,
    base_salary,
    currency,
    bank_account,
};

static_assert(employee_columns[hire_date].name == "hire_date");
static_assert(employee_columns[bank_account].name == "bank_account");

using Fields = std::array<std::string_view, employee_columns.size()>;
using Date = std::chrono::year_month_day;

std::optional<RowError> error_at(Column column, RowErrorCode code, std::string what) {
    const std::string name(employee_columns.at(column).name);
    return RowError{name, code, name + " " + std::move(what)};
}

// The rules that the table of columns can't express, in the order of RowErrorCode. Dates are
// compared as text, which for YYYY-MM-DD is the order of days; when one is no date, that rule
// comes first and has been found by the table.
std::optional<RowError> check_own_rules(const Fields& fields) {
    if (!fields[termination_date].empty() && fields[termination_date] < fields[hire_date]) {
        return error_at(
            termination_date,
            RowErrorCode::invalid_range,
            "must not be before hire_date"
        );
    }
    if (!parse_pay_type(fields[pay_type])) {
        return error_at(pay_type, RowErrorCode::unknown_value, "must be salaried or hourly");
    }
    if (!is_currency_code(fields[currency])) {
        return error_at(
            currency,
            RowErrorCode::invalid_currency,
            "must be three capital letters, such as USD"
        );
    }
    if (!fields[bank_account].empty() && !is_valid_iban(fields[bank_account])) {
        return error_at(
            bank_account,
            RowErrorCode::invalid_iban,
            "is not an IBAN: its check digits don't match"
        );
    }
    return std::nullopt;
}

std::string text_of(const RowValue& value) {
    return std::string(std::get<std::string_view>(value));
}

std::optional<std::string> optional_text_of(const RowValue& value) {
    return std::holds_alternative<std::monostate>(value) ? std::nullopt
                                                         : std::optional(text_of(value));
}

Employee employee_of(const std::vector<RowValue>& values) {
    Employee employee;
    employee.employee_code = text_of(values[employee_code]);
    employee.first_name = text_of(values[first_name]);
    employee.last_name = text_of(values[last_name]);
    employee.email = text_of(values[email]);
    employee.department = optional_text_of(values[department]);
    employee.job_title = optional_text_of(values[job_title]);
    employee.hire_date = std::get<Date>(values[hire_date]);
    if (const Date* date = std::get_if<Date>(&values[termination_date])) {
        employee.termination_date = *date;
    }
    employee.pay_type = parse_pay_type(text_of(values[pay_type])).value();
    employee.base_salary = std::get<Decimal>(values[base_salary]);
    employee.currency = text_of(values[currency]);
    employee.bank_account = optional_text_of(values[bank_account]);
    return employee;
}

} // namespace

std::string_view pay_type_name(PayType type) {
    return type == PayType::salaried ? "salaried" : "hourly";
}

std::optional<PayType> parse_pay_type(std::string_view text) {
    for (const PayType type : {PayType::salaried, PayType::hourly}) {
        if (text == pay_type_name(type)) {
            return type;
        }
    }
    return std::nullopt;
}

tl::expected<Employee, RowError>
check_employee(std::span<const std::string_view, employee_columns.size()> fields) {
    Fields cleaned;
    for (std::size_t i = 0; i < cleaned.size(); ++i) {
        cleaned.at(i) = trimmed(fields[i]);
    }
    auto values = check_row(employee_columns, cleaned);
    auto own = check_own_rules(cleaned);
    if (!values && (!own || values.error().code <= own->code)) {
        return tl::unexpected<RowError>(std::move(values.error()));
    }
    if (own) {
        return tl::unexpected<RowError>(std::move(*own));
    }
    return employee_of(*values);
}

} // namespace bgerp::hr
