// Which days and times of day are in the fields of a cron expression.

#include "base/cron_fields.hpp"

#include <algorithm>
#include <cstddef>

namespace bgerp {

namespace {

// The first member from `from` on, or nothing.
template <std::size_t Size>
std::optional<std::size_t> next_in(const std::bitset<Size>& set, std::size_t from) {
    for (std::size_t number = from; number < Size; ++number) {
        if (set.test(number)) {
            return number;
        }
    }
    return std::nullopt;
}

// The first time of day in the fields that is not before `from` (seconds since midnight).
std::optional<std::chrono::seconds>
first_time_of_day(const CronFields& fields, std::chrono::seconds from) {
    const std::chrono::hh_mm_ss clock(from);
    const auto from_hour = static_cast<std::size_t>(clock.hours().count());
    const auto from_minute = static_cast<std::size_t>(clock.minutes().count());
    const auto from_second = static_cast<std::size_t>(clock.seconds().count());
    for (auto hour = next_in(fields.hours, from_hour); hour;
         hour = next_in(fields.hours, *hour + 1)) {
        const bool same_hour = *hour == from_hour;
        for (auto minute = next_in(fields.minutes, same_hour ? from_minute : 0); minute;
             minute = next_in(fields.minutes, *minute + 1)) {
            const bool same_minute = same_hour && *minute == from_minute;
            if (const auto second = next_in(fields.seconds, same_minute ? from_second : 0)) {
                return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                       std::chrono::seconds(*second);
            }
        }
    }
    return std::nullopt;
}

} // namespace

bool CronFields::has_day(std::chrono::sys_days day) const {
    const std::chrono::year_month_day date(day);
    if (!months.test(static_cast<unsigned>(date.month()))) {
        return false;
    }
    const bool in_days = days.test(static_cast<unsigned>(date.day()));
    const bool in_weekdays = weekdays.test(std::chrono::weekday(day).c_encoding());
    return any_day || any_weekday ? in_days && in_weekdays : in_days || in_weekdays;
}

std::optional<WallTime> CronFields::first_in(WallTime from, WallTime end) const {
    auto day = std::chrono::floor<std::chrono::days>(from);
    while (day < end) {
        const std::chrono::year_month_day date(day);
        if (!months.test(static_cast<unsigned>(date.month()))) {
            day = (date.year() / date.month() + std::chrono::months(1)) / std::chrono::day(1);
            continue;
        }
        if (has_day(day)) {
            const auto time = first_time_of_day(*this, std::max(from, WallTime(day)) - day);
            if (time) {
                const WallTime found = day + *time;
                return found < end ? std::optional(found) : std::nullopt;
            }
        }
        day += std::chrono::days(1);
    }
    return std::nullopt;
}

} // namespace bgerp
