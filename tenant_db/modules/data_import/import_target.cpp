#include "tenant_db/modules/data_import/import_target.hpp"

#include "base/iso_date.hpp"
#include "tenant_db/modules/hr/employee_rules.hpp"
#include "tenant_db/modules/row_values.hpp"
#include "tenant_db/modules/sales/sales_rules.hpp"

#include <array>

namespace bgerp::data_import {

namespace {

using Checked = tl::expected<ImportedRow, RowError>;

Checked check_employee_row(const ImportTarget&, std::span<const std::string_view> fields) {
    auto checked = hr::check_employee(fields.first<hr::employee_columns.size()>());
    if (!checked) {
        return tl::unexpected<RowError>(std::move(checked.error()));
    }
    hr::Employee& employee = *checked;
    std::optional<std::string> termination;
    if (employee.termination_date) {
        termination = format_iso_date(*employee.termination_date);
    }
    return ImportedRow{
        std::move(employee.employee_code),
        std::move(employee.first_name),
        std::move(employee.last_name),
        std::move(employee.email),
        std::move(employee.department),
        std::move(employee.job_title),
        format_iso_date(employee.hire_date),
        std::move(termination),
        std::string(hr::pay_type_name(employee.pay_type)),
        employee.base_salary.to_string(),
        std::move(employee.currency),
        std::move(employee.bank_account)};
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

// As MySQL reads a DATETIME.
std::string format_time(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock(time - day);
    return format_iso_date(day) + " " + two_digits(clock.hours().count()) + ":" +
           two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count());
}

struct ToText {
    using Text = std::optional<std::string>;

    Text operator()(std::monostate) const { return std::nullopt; }

    Text operator()(std::string_view text) const { return std::string(text); }

    Text operator()(std::int64_t number) const { return std::to_string(number); }

    Text operator()(Decimal number) const { return number.to_string(); }

    Text operator()(std::chrono::year_month_day date) const { return format_iso_date(date); }

    Text operator()(std::chrono::sys_seconds time) const { return format_time(time); }
};

Checked check_plain_row(const ImportTarget& target, std::span<const std::string_view> fields) {
    auto checked = check_row(target.columns, fields);
    if (!checked) {
        return tl::unexpected<RowError>(std::move(checked.error()));
    }
    ImportedRow row;
    row.reserve(checked->size());
    for (const RowValue& value : *checked) {
        row.push_back(std::visit(ToText{}, value));
    }
    return row;
}

constexpr std::array attendance_columns{
    ImportColumn{"employee_code", ColumnType::text, true, 64},
    ImportColumn{"work_date", ColumnType::date, true},
    ImportColumn{"hours", ColumnType::decimal, true},
};

Checked check_attendance_row(const ImportTarget& target, std::span<const std::string_view> fields) {
    constexpr std::int64_t hours_a_day = 24;
    auto checked = check_plain_row(target, fields);
    if (checked && Decimal::of(checked->back().value()) > Decimal(hours_a_day)) {
        return tl::unexpected<RowError>(
            RowError{"hours", RowErrorCode::invalid_range, "hours must not be more than 24 a day"}
        );
    }
    return checked;
}

ImportTarget sales_target(sales::SalesTable table, std::string_view name_in_database) {
    return {
        sales::sales_table_name(table),
        name_in_database,
        "sales",
        sales::sales_columns(table),
        check_plain_row};
}

const auto& all_targets() {
    static const std::array<ImportTarget, 7> targets{
        ImportTarget{"employees", "employee", "hr", hr::employee_columns, check_employee_row},
        ImportTarget{"attendance", "attendance", "hr", attendance_columns, check_attendance_row, 2},
        sales_target(sales::SalesTable::customers, "customer"),
        sales_target(sales::SalesTable::invoices, "invoice"),
        sales_target(sales::SalesTable::invoice_lines, "invoice_line"),
        sales_target(sales::SalesTable::tracks, "track"),
        sales_target(sales::SalesTable::genres, "genre"),
    };
    return targets;
}

} // namespace

const ImportTarget* find_import_target(std::string_view name) {
    for (const ImportTarget& target : all_targets()) {
        if (target.name == name) {
            return &target;
        }
    }
    return nullptr;
}

std::string key_of(const ImportTarget& target, const ImportedRow& row) {
    std::string key = row.front().value();
    for (std::size_t i = 1; i < target.key_columns; ++i) {
        key += key_separator + row[i].value();
    }
    return key;
}

std::string key_name(const ImportTarget& target) {
    std::string name(target.columns.front().name);
    for (std::size_t i = 1; i < target.key_columns; ++i) {
        name += " and " + std::string(target.columns[i].name);
    }
    return name;
}

std::string import_target_names() {
    std::string names;
    for (const ImportTarget& target : all_targets()) {
        names += (names.empty() ? "" : ", ") + std::string(target.name);
    }
    return names;
}

} // namespace bgerp::data_import
