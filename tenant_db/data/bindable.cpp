#include "tenant_db/data/bindable.hpp"

#include "base/iso_date.hpp"

namespace bgerp::data {

namespace {

constexpr std::size_t digits_max = 65; // of the database's DECIMAL

// Digits, perhaps a sign before and, where allowed, one point within.
bool is_number(std::string_view text, bool fraction_allowed) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const std::size_t point = fraction_allowed ? text.find('.') : std::string_view::npos;
    const auto digits = [](std::string_view part) {
        return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return text.size() <= digits_max && digits(text.substr(0, point)) &&
           (point == std::string_view::npos || digits(text.substr(point + 1)));
}

std::string database_time(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const auto seconds = (time - day).count();
    std::string text = format_iso_date(day) + " 00:00:00";
    const auto put = [&text](std::size_t at, long value) {
        text[at] = static_cast<char>('0' + value / 10);
        text[at + 1] = static_cast<char>('0' + value % 10);
    };
    put(11, seconds / 3600);
    put(14, seconds / 60 % 60);
    put(17, seconds % 60);
    return text;
}

Result<std::string> refuse(const Column& column, const char* what) {
    return fail(
        ErrorCode::invalid_argument,
        column.name + " is compared with " + what,
        column.name
    );
}

} // namespace

Result<std::string> bindable(const Column& column, const std::string& value) {
    switch (column.kind) {
    case ColumnKind::integer:
        return is_number(value, false) ? value : refuse(column, "a whole number");
    case ColumnKind::decimal:
        return is_number(value, true) ? value : refuse(column, "a plain decimal");
    case ColumnKind::boolean:
        if (value == "true" || value == "false") {
            return std::string(value == "true" ? "1" : "0");
        }
        return refuse(column, "true or false");
    case ColumnKind::date:
        return parse_iso_date(value) ? value : refuse(column, "a day as YYYY-MM-DD");
    case ColumnKind::date_time: {
        const auto time = parse_iso_date_time(value);
        return time ? Result<std::string>(database_time(*time))
                    : refuse(column, "a time as YYYY-MM-DDTHH:MM:SSZ");
    }
    case ColumnKind::text:
    case ColumnKind::json:
        break;
    }
    return value;
}

} // namespace bgerp::data
