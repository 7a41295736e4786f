// The checks that all module rules share: trimming, e-mail addresses, and a whole row against a
// table of columns. Employees have rules of their own on top (hr/employee_rules.hpp); sales data
// needs no more than this. Pure functions, any thread.
#pragma once

#include "base/decimal.hpp"
#include "tenant_db/modules/import_column.hpp"
#include "tenant_db/modules/row_error.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace bgerp {

/// A value ready to be bound to a statement: nothing (NULL), or what the column's type says. Text
/// points into the fields that were checked, without the blanks around it.
using RowValue = std::variant<
    std::monostate,
    std::string_view,
    std::int64_t,
    Decimal,
    std::chrono::year_month_day,
    std::chrono::sys_seconds>;

/// Without the ASCII white space around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Exactly one `@`, something before it, and a dot within the domain after it (neither its first
/// nor its last character). Whether the mailbox exists, only mail can tell.
[[nodiscard]] bool is_email_address(std::string_view text);

/// Checks `fields`, one a column in the table's order, and gives their values in the same order.
/// The error is the first rule that any column breaks, in RowErrorCode's order, and of two columns
/// that break the same rule the first.
[[nodiscard]] tl::expected<std::vector<RowValue>, RowError>
check_row(std::span<const ImportColumn> columns, std::span<const std::string_view> fields);

} // namespace bgerp
