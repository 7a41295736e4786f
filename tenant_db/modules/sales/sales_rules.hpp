// What the sales module imports: customers, invoices and their lines, and the catalogue (tracks,
// genres), as the tables of columns that the importer checks rows against (row_values.hpp). The
// first column of each is its key. References between the tables are the database's to check.
// Constants; any thread.
#pragma once

#include "tenant_db/modules/import_column.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace bgerp::sales {

enum class SalesTable { customers, invoices, invoice_lines, tracks, genres };

inline constexpr std::array all_sales_tables{
    SalesTable::customers,
    SalesTable::invoices,
    SalesTable::invoice_lines,
    SalesTable::tracks,
    SalesTable::genres,
};

/// The table's name in the database and in `--to`: "invoice_lines".
[[nodiscard]] std::string_view sales_table_name(SalesTable table);
[[nodiscard]] std::optional<SalesTable> parse_sales_table(std::string_view name);

/// The columns that an import of the table knows; lives as long as the program.
[[nodiscard]] std::span<const ImportColumn> sales_columns(SalesTable table);

} // namespace bgerp::sales
