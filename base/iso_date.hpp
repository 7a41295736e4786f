// Calendar dates and date-times as ISO 8601 writes them: what imports read and reports write. The
// proleptic Gregorian calendar, years 1 to 9999. No time zones: a date-time is taken as UTC, and
// whoever needs wall-clock time converts. Pure functions, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp {

/// Exactly YYYY-MM-DD, and a day that exists; nothing otherwise.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_iso_date(std::string_view text);

/// YYYY-MM-DD alone (midnight), or followed by `T` or a blank and HH:MM or HH:MM:SS, and perhaps a
/// `Z`. Nothing for anything else, other offsets and leap seconds included.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_iso_date_time(std::string_view text);

/// YYYY-MM-DD.
[[nodiscard]] std::string format_iso_date(std::chrono::year_month_day date);

} // namespace bgerp
