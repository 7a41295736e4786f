#include "tenant_db/modules/row_error.hpp"

#include <array>

namespace bgerp {

std::string_view row_error_code_name(RowErrorCode code) {
    constexpr std::array<std::string_view, 13> names{
        "column_count",
        "missing",
        "invalid_email",
        "invalid_date",
        "invalid_range",
        "unknown_value",
        "invalid_number",
        "negative",
        "invalid_currency",
        "invalid_iban",
        "duplicate_in_file",
        "already_exists",
        "too_long",
    };
    static_assert(names.size() == static_cast<std::size_t>(RowErrorCode::too_long) + 1);
    return names.at(static_cast<std::size_t>(code));
}

RowError column_count_error(std::size_t expected, std::size_t found) {
    return {
        "",
        RowErrorCode::column_count,
        "the header has " + std::to_string(expected) + " columns, this row " +
            std::to_string(found)};
}

} // namespace bgerp
