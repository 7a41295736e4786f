#include "tenant_db/modules/row_values.hpp"

#include "base/iso_date.hpp"
#include "base/utf8.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace bgerp {

namespace {

using CheckedValue = tl::expected<RowValue, RowError>;

tl::unexpected<RowError> broken(const ImportColumn& column, RowErrorCode code, std::string what) {
    return tl::unexpected<RowError>(
        RowError{std::string(column.name), code, std::string(column.name) + " " + std::move(what)}
    );
}

CheckedValue check_integer(const ImportColumn& column, std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (stop != end || error == std::errc::invalid_argument) {
        return broken(column, RowErrorCode::invalid_number, "must be a whole number");
    }
    if (number < 0 || (error != std::errc() && text.starts_with('-'))) {
        if (!column.negative_allowed) {
            return broken(column, RowErrorCode::negative, "must not be negative");
        }
    }
    if (error != std::errc()) {
        return broken(column, RowErrorCode::too_long, "is too large a number");
    }
    return number;
}

CheckedValue check_decimal(const ImportColumn& column, std::string_view text) {
    const auto number = Decimal::parse(text);
    if (!number && number.error().code == ErrorCode::invalid_argument) {
        return broken(column, RowErrorCode::invalid_number, "must be a plain decimal number");
    }
    // A number with more digits than fit still has a sign, and is not zero.
    const bool negative = number ? number->is_negative() : text.starts_with('-');
    if (negative && !column.negative_allowed) {
        return broken(column, RowErrorCode::negative, "must not be negative");
    }
    if (!number) {
        return broken(column, RowErrorCode::too_long, "has too many digits");
    }
    return *number;
}

CheckedValue check_text(const ImportColumn& column, std::string_view text) {
    if (column.type == ColumnType::email && !is_email_address(text)) {
        return broken(column, RowErrorCode::invalid_email, "is not an e-mail address");
    }
    if (column.length_max > 0 && text.size() > column.length_max &&
        utf8_length(text) > column.length_max) {
        return broken(
            column,
            RowErrorCode::too_long,
            "is longer than " + std::to_string(column.length_max) + " characters"
        );
    }
    return text;
}

CheckedValue check_value(const ImportColumn& column, std::string_view text) {
    if (text.empty()) {
        return column.required ? broken(column, RowErrorCode::missing, "is missing")
                               : CheckedValue(RowValue());
    }
    switch (column.type) {
    case ColumnType::integer:
        return check_integer(column, text);
    case ColumnType::decimal:
        return check_decimal(column, text);
    case ColumnType::date:
        if (const auto date = parse_iso_date(text)) {
            return *date;
        }
        return broken(column, RowErrorCode::invalid_date, "must be a day, as YYYY-MM-DD");
    case ColumnType::date_time:
        if (const auto time = parse_iso_date_time(text)) {
            return *time;
        }
        return broken(
            column,
            RowErrorCode::invalid_date,
            "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS"
        );
    case ColumnType::text:
    case ColumnType::email:
        break;
    }
    return check_text(column, text);
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_email_address(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.rfind('@') != at) {
        return false;
    }
    const std::string_view domain = text.substr(at + 1);
    return domain.size() > 2 &&
           domain.substr(1, domain.size() - 2).find('.') != std::string_view::npos;
}

tl::expected<std::vector<RowValue>, RowError>
check_row(std::span<const ImportColumn> columns, std::span<const std::string_view> fields) {
    std::vector<RowValue> values;
    if (fields.size() != columns.size()) {
        return tl::unexpected<RowError>(column_count_error(columns.size(), fields.size()));
    }
    values.reserve(columns.size());
    std::optional<RowError> first;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto value = check_value(columns[i], trimmed(fields[i]));
        if (value) {
            values.push_back(*value);
        } else if (!first || value.error().code < first->code) {
            first = std::move(value.error());
        }
    }
    if (first) {
        return tl::unexpected<RowError>(std::move(*first));
    }
    return values;
}

} // namespace bgerp
