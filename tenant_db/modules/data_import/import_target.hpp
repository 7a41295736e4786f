// What an import can load: employees, their attendance and the sales tables, each with its columns,
// its rules and the table it goes to. The importer works on this description alone, so that a
// further target is a further entry here. Constants; any thread.
#pragma once

#include "tenant_db/modules/import_column.hpp"
#include "tenant_db/modules/row_error.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bgerp::data_import {

/// A row that keeps all rules, as text to bind to a statement: one value a column, in the target's
/// order. Decimals and times are in the database's own notation, so nothing is rounded on the way.
using ImportedRow = std::vector<std::optional<std::string>>;

struct ImportTarget {
    std::string_view name;   // as in `--to`
    std::string_view table;  // in the tenant's database
    std::string_view module; // the module whose table it is
    std::span<const ImportColumn> columns;

    /// Checks one record's fields, given in the order of `columns`.
    tl::expected<ImportedRow, RowError> (*check
    )(const ImportTarget& target, std::span<const std::string_view> fields);

    /// Rows are told apart by the first so many columns.
    std::size_t key_columns = 1;
};

/// Stands between the parts of a key of several columns.
inline constexpr char key_separator = '\n';

/// What a row is told apart by.
[[nodiscard]] std::string key_of(const ImportTarget& target, const ImportedRow& row);

/// The key's columns for people: "employee_code and work_date".
[[nodiscard]] std::string key_name(const ImportTarget& target);

/// The target of that name, or null.
[[nodiscard]] const ImportTarget* find_import_target(std::string_view name);

/// All names, for messages: "employees, customers, …".
[[nodiscard]] std::string import_target_names();

} // namespace bgerp::data_import
