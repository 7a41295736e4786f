// Why a row of an import was rejected. The module rules produce it, the importer adds what only it
// can know (columns, duplicates) and writes it to the errors file as `_field`, `_code`, `_message`.
// Codes are a contract with the scripts that mend such files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bgerp {

/// In the order in which the rules are applied: a row is rejected with the first one it breaks.
enum class RowErrorCode {
    column_count,
    missing,
    invalid_email,
    invalid_date,
    invalid_range,
    unknown_value,
    invalid_number,
    negative,
    invalid_currency,
    invalid_iban,
    duplicate_in_file,
    already_exists,
    too_long,
};

/// The stable name, as in the errors file: "invalid_email".
[[nodiscard]] std::string_view row_error_code_name(RowErrorCode code);

struct RowError {
    std::string field; // the column's name; empty when the row as a whole is wrong
    RowErrorCode code = RowErrorCode::missing;
    std::string message; // for the person who mends the file; holds no value from it
};

[[nodiscard]] RowError column_count_error(std::size_t expected, std::size_t found);

} // namespace bgerp
