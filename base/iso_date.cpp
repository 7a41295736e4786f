#include "base/iso_date.hpp"

namespace bgerp {

namespace {

// `count` digits at `from`, or -1. The caller has checked that they are within the text.
int digits_at(std::string_view text, std::size_t from, std::size_t count) {
    int number = 0;
    for (const char c : text.substr(from, count)) {
        if (c < '0' || c > '9') {
            return -1;
        }
        number = number * 10 + (c - '0');
    }
    return number;
}

void append_digits(std::string& out, unsigned number, std::size_t width) {
    const std::string digits = std::to_string(number);
    out.append(width > digits.size() ? width - digits.size() : 0, '0');
    out += digits;
}

// HH:MM or HH:MM:SS.
std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text) {
    const bool seconds_given = text.size() == 8;
    if ((text.size() != 5 && !seconds_given) || text[2] != ':' ||
        (seconds_given && text[5] != ':')) {
        return std::nullopt;
    }
    const int hours = digits_at(text, 0, 2);
    const int minutes = digits_at(text, 3, 2);
    const int seconds = seconds_given ? digits_at(text, 6, 2) : 0;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
        return std::nullopt;
    }
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
}

} // namespace

std::optional<std::chrono::year_month_day> parse_iso_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const int year = digits_at(text, 0, 4);
    const int month = digits_at(text, 5, 2);
    const int day = digits_at(text, 8, 2);
    if (year < 1 || month < 1 || day < 1) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(static_cast<unsigned>(day))};
    return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> parse_iso_date_time(std::string_view text) {
    constexpr std::size_t date_size = 10;
    const auto date = parse_iso_date(text.substr(0, date_size));
    if (!date) {
        return std::nullopt;
    }
    const std::chrono::sys_seconds midnight = std::chrono::sys_days(*date);
    if (text.size() == date_size) {
        return midnight;
    }
    if (text[date_size] != 'T' && text[date_size] != ' ') {
        return std::nullopt;
    }
    text.remove_prefix(date_size + 1);
    if (text.ends_with('Z')) {
        text.remove_suffix(1);
    }
    const auto time = parse_time_of_day(text);
    return time ? std::optional(midnight + *time) : std::nullopt;
}

std::string format_iso_date(std::chrono::year_month_day date) {
    std::string text;
    append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

} // namespace bgerp
