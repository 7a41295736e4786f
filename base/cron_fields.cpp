#include "base/cron_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bgerp {

namespace {

// Nobody types more; keeps a stored expression and its error messages small.
constexpr std::size_t expression_length_max = 256;

constexpr std::array<std::string_view, 12> month_names{
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{
    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
    std::string_view name;
    int min = 0;
    int max = 0;
    std::span<const std::string_view> words; // names of min, min + 1, …
};

constexpr std::array<Field, 6> all_fields{{
    {"second", 0, 59, {}},
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day", 1, 31, {}},
    {"month", 1, 12, month_names},
    {"weekday", 0, 7, weekday_names}, // 0 and 7 are Sunday
}};

struct Shorthand {
    std::string_view name;
    std::string_view expression;
};

constexpr std::array shorthands{
    Shorthand{"@hourly", "0 * * * *"},
    Shorthand{"@daily", "0 0 * * *"},
    Shorthand{"@midnight", "0 0 * * *"},
    Shorthand{"@weekly", "0 0 * * 0"},
    Shorthand{"@monthly", "0 0 1 * *"},
    Shorthand{"@yearly", "0 0 1 1 *"},
    Shorthand{"@annually", "0 0 1 1 *"},
};

// Wide enough for every field; copied into the field's own set.
using Numbers = std::bitset<64>;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words = split(text, " \t");
    std::erase(words, std::string_view());
    return words;
}

tl::unexpected<Error> bad(const Field& field, std::string_view part) {
    std::string allowed = std::to_string(field.min) + " to " + std::to_string(field.max);
    if (!field.words.empty()) {
        allowed +=
            " or " + std::string(field.words.front()) + " to " + std::string(field.words.back());
    }
    return fail(
        ErrorCode::invalid_argument,
        "the " + std::string(field.name) + " '" + std::string(part) + "' of the schedule must be " +
            allowed +
            ", a range such as 1-5, a list of them, *, a step such as */5, or H for any of them",
        std::string(field.name)
    );
}

std::optional<int> parse_number(std::string_view text) {
    int number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool whole = error == std::errc() && stop == end && text.front() != '-';
    return whole ? std::optional(number) : std::nullopt;
}

std::optional<int> parse_value(const Field& field, std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto word = std::find(field.words.begin(), field.words.end(), lower);
    if (word != field.words.end()) {
        return field.min + static_cast<int>(word - field.words.begin());
    }
    const auto number = parse_number(text);
    return number && *number >= field.min && *number <= field.max ? number : std::nullopt;
}

// A well-mixed number for each field of a seed: the finalizer of MurmurHash3.
std::uint32_t hashed(std::uint32_t seed, const Field& field) {
    std::uint32_t value = seed ^ (static_cast<std::uint32_t>(field.name.front()) << 16U) ^
                          static_cast<std::uint32_t>(field.name.size());
    value = (value ^ (value >> 16U)) * 0x85EBCA6BU;
    value = (value ^ (value >> 13U)) * 0xC2B2AE35U;
    return value ^ (value >> 16U);
}

// `H`, `H(1-5)`, each perhaps with `/step`. False when broken.
bool add_hashed(
    const Field& field,
    std::string_view range,
    std::optional<int> step,
    std::uint32_t seed,
    Numbers& numbers
) {
    constexpr int day_of_every_month = 28;
    int first = field.min;
    int last = field.name == "weekday" ? 6 : field.name == "day" ? day_of_every_month : field.max;
    if (range != "H") {
        if (range.size() < 3 || range[1] != '(' || range.back() != ')') {
            return false;
        }
        const auto ends = split(range.substr(2, range.size() - 3), "-");
        const auto from = parse_value(field, ends[0]);
        const auto to = ends.size() == 2 ? parse_value(field, ends[1]) : std::nullopt;
        if (!from || !to || *from > *to) {
            return false;
        }
        first = *from;
        last = *to;
    }
    const int width = step ? std::min(*step, last - first + 1) : last - first + 1;
    const auto offset = hashed(seed, field) % static_cast<std::uint32_t>(width);
    first += static_cast<int>(offset);
    for (int number = first; number <= (step ? last : first); number += step.value_or(1)) {
        numbers.set(static_cast<std::size_t>(number));
    }
    return true;
}

// `*`, `5`, `1-5`, each perhaps with `/step`; `5/10` runs to the field's end. False when broken.
bool add_part(const Field& field, std::string_view part, std::uint32_t seed, Numbers& numbers) {
    const auto sides = split(part, "/");
    const auto step = sides.size() == 1 ? std::optional(1) : parse_number(sides[1]);
    if (sides.size() > 2 || !step || *step < 1 || *step > field.max) {
        return false;
    }
    if (sides[0].starts_with('H')) {
        const auto given = sides.size() == 1 ? std::nullopt : step;
        return add_hashed(field, sides[0], given, seed, numbers);
    }
    int first = field.min;
    // Sunday twice in one `*` would shift the steps.
    int last = field.name == "weekday" ? 6 : field.max;
    if (sides[0] != "*") {
        const auto ends = split(sides[0], "-");
        const auto from = parse_value(field, ends[0]);
        auto to = ends.size() == 1 ? from : parse_value(field, ends[1]);
        if (ends.size() > 2 || !from || !to) {
            return false;
        }
        if (ends.size() == 1 && sides.size() == 2) {
            to = std::max(last, *from);
        }
        if (field.name == "weekday" && *to == 0 && *from > 0) {
            to = 7; // fri-sun
        }
        first = *from;
        last = *to;
    }
    for (int number = first; number <= last; number += *step) {
        numbers.set(static_cast<std::size_t>(number));
    }
    return first <= last;
}

Result<Numbers> parse_field(const Field& field, std::string_view text, std::uint32_t seed) {
    Numbers numbers;
    for (const std::string_view part : split(text, ",")) {
        if (!add_part(field, part, seed, numbers)) {
            return bad(field, text);
        }
    }
    return numbers;
}

template <std::size_t Size>
std::bitset<Size> narrowed(const Numbers& numbers) {
    return std::bitset<Size>(numbers.to_ullong());
}

} // namespace

Result<CronFields> CronFields::parse(std::string_view expression, std::uint32_t seed) {
    for (const Shorthand& shorthand : shorthands) {
        if (expression == shorthand.name) {
            return parse(shorthand.expression);
        }
    }
    std::vector<std::string_view> texts = words_of(expression.substr(0, expression_length_max + 1));
    if ((texts.size() != 5 && texts.size() != 6) || expression.size() > expression_length_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a schedule has the fields minute, hour, day, month and weekday, or second before "
            "them, "
            "or is one of @hourly, @daily, @weekly, @monthly and @yearly",
            "schedule"
        );
    }
    if (texts.size() == 5) {
        texts.insert(texts.begin(), "0");
    }
    std::array<Numbers, all_fields.size()> numbers;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto parsed = parse_field(all_fields.at(i), texts[i], seed);
        if (!parsed) {
            return tl::unexpected<Error>(std::move(parsed.error()));
        }
        numbers.at(i) = *parsed;
    }
    Numbers& weekdays = numbers.back();
    if (weekdays.test(7)) {
        weekdays.reset(7).set(0);
    }
    CronFields fields;
    fields.seconds = narrowed<60>(numbers[0]);
    fields.minutes = narrowed<60>(numbers[1]);
    fields.hours = narrowed<24>(numbers[2]);
    fields.days = narrowed<32>(numbers[3]);
    fields.months = narrowed<13>(numbers[4]);
    fields.weekdays = narrowed<7>(weekdays);
    fields.hours_step = texts[2].find_first_of("*/") != std::string_view::npos;
    fields.any_day = texts[3].starts_with('*');
    fields.any_weekday = texts[5].starts_with('*');
    return fields;
}

} // namespace bgerp
