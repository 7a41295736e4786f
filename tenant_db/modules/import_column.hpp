// One column that an import knows, as the modules' constexpr tables list them. The importer maps a
// file's header onto such a table: a required column must be in the header, others may be left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bgerp {

enum class ColumnType {
    text,
    email,
    integer, // 64 bits
    decimal,
    date,
    date_time, // a date alone counts as midnight
};

struct ImportColumn {
    std::string_view name; // in the header and in the database
    ColumnType type = ColumnType::text;
    bool required = false;      // in the header, and a value in every row
    std::size_t length_max = 0; // characters of text, as the database's column holds them; 0: none
    bool negative_allowed = false; // numbers only
};

/// How a header's cell is compared with the table: trimmed, and CamelCase as snake_case, so that
/// `CustomerId`, `customer_id` and ` customer_id ` are one column.
[[nodiscard]] std::string column_name_of_header(std::string_view header);

} // namespace bgerp
