// Cron against a reference that knows nothing of gaps and lines: it looks at every minute.
#include "base/cron.hpp"
#include "base/iso_date.hpp"

#include <gtest/gtest.h>

#include <date/tz.h>
#include <iostream>
#include <random>
#include <set>
#include <vector>

namespace bgerp {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds at(std::string_view text) {
    return parse_iso_date_time(text).value();
}

std::string text_of(std::optional<sys_seconds> time) {
    return time ? date::format("%F %T", *time) : "never";
}

struct RandomField {
    std::string text;
    std::set<int> numbers;
    bool starts_with_star = false;
    bool step = false;
};

// A list of numbers, a range, or a step, with the numbers that it stands for.
RandomField random_field(std::mt19937& random, int min, int max) {
    const auto pick = [&](int from, int to) {
        return std::uniform_int_distribution<int>(from, to)(random);
    };
    RandomField field;
    const int shape = pick(0, 4);
    if (shape == 0) {
        for (int count = pick(1, 4); count > 0; --count) {
            const int number = pick(min, max);
            field.text += (field.text.empty() ? "" : ",") + std::to_string(number);
            field.numbers.insert(number);
        }
        return field;
    }
    const int first = shape == 1 ? pick(min, max) : min;
    const int last = shape == 1 ? pick(first, max) : max;
    const int step = shape == 2 ? 1 : pick(1, std::max(1, (max - min) / 2));
    field.starts_with_star = shape != 1;
    field.step = shape != 1 || step > 1;
    field.text = shape == 1 ? std::to_string(first) + "-" + std::to_string(last) : "*";
    if (step > 1) {
        field.text += "/" + std::to_string(step);
    }
    for (int number = first; number <= last; number += step) {
        field.numbers.insert(number);
    }
    return field;
}

struct RandomSchedule {
    RandomField minute;
    RandomField hour;
    RandomField day;
    RandomField month;
    RandomField weekday;

    [[nodiscard]] std::string text() const {
        return minute.text + " " + hour.text + " " + day.text + " " + month.text + " " +
               weekday.text;
    }

    [[nodiscard]] bool has(WallTime wall) const {
        const auto midnight = std::chrono::floor<std::chrono::days>(wall);
        const std::chrono::year_month_day date(midnight);
        const auto minute_of_day = static_cast<int>((wall - midnight) / minutes(1));
        const bool in_day =
            day.numbers.contains(static_cast<int>(static_cast<unsigned>(date.day())));
        const bool in_weekday =
            weekday.numbers.contains(static_cast<int>(std::chrono::weekday(midnight).c_encoding()));
        const bool both = day.starts_with_star || weekday.starts_with_star;
        return minute.numbers.contains(minute_of_day % 60) &&
               hour.numbers.contains(minute_of_day / 60) &&
               month.numbers.contains(static_cast<int>(static_cast<unsigned>(date.month()))) &&
               (both ? in_day && in_weekday : in_day || in_weekday);
    }
};

std::set<sys_seconds> due_minutes(
    const RandomSchedule& cron, const date::time_zone& zone, sys_seconds from, sys_seconds end
) {
    const auto wall_at = [&zone](sys_seconds time) {
        return WallTime(zone.to_local(time).time_since_epoch());
    };
    const bool every_hour = cron.hour.numbers.size() == 24;
    std::set<sys_seconds> due;
    std::set<WallTime> shown; // by the zone's clock, so far
    WallTime before = wall_at(from - minutes(1));
    for (sys_seconds time = from - hours(30); time < end; time += minutes(1)) {
        const WallTime wall = wall_at(time);
        const bool first_time = shown.insert(wall).second;
        bool now = cron.has(wall) && (first_time || cron.hour.step || every_hour);
        if (time > from) {
            const bool whole_hours = (wall - before - minutes(1)) % hours(1) == seconds(0);
            for (WallTime skipped = before + minutes(1); skipped < wall; skipped += minutes(1)) {
                now = now || (cron.has(skipped) && !(every_hour && whole_hours));
            }
        }
        before = wall;
        if (now && time >= from) {
            due.insert(time);
        }
    }
    return due;
}

// A random schedule in `zone_name` over four days around `night`, and 20 questions in between.
void compare_with_looking(std::mt19937& random, const std::string& zone_name, sys_seconds night) {
    // Days mostly any, or hardly a schedule would be due in the nights looked at.
    const auto mostly_any = [&random](int min, int max) {
        RandomField field = random_field(random, min, max);
        while (random() % 4 != 0 && field.text != "*") {
            field = random_field(random, min, max);
        }
        return field;
    };
    const RandomSchedule cron{
        random_field(random, 0, 59),
        random_field(random, 0, 23),
        mostly_any(1, 31),
        mostly_any(1, 12),
        mostly_any(0, 6)};
    SCOPED_TRACE("'" + cron.text() + "' in " + zone_name + " around " + text_of(night));
    const auto parsed = CronSchedule::parse(cron.text(), zone_name);
    if (!parsed) {
        ASSERT_EQ(parsed.error().field, "schedule") << parsed.error().message;
        return; // never due, such as a 31st of April
    }
    const sys_seconds from = night - hours(36);
    const sys_seconds end = from + hours(96);
    const auto expected = due_minutes(cron, *date::locate_zone(zone_name), from, end);
    std::set<sys_seconds> actual;
    for (auto due = parsed->next_after(from - seconds(1)); due && *due < end;
         due = parsed->next_after(*due)) {
        actual.insert(*due);
    }
    ASSERT_EQ(actual.size(), expected.size());
    ASSERT_EQ(actual, expected);
    for (int i = 0; i < 20; ++i) {
        const sys_seconds after = from + seconds(random() % 345'600);
        const auto first = expected.upper_bound(after);
        if (first != expected.end()) {
            ASSERT_EQ(parsed->next_after(after), *first) << text_of(after);
        }
    }
}

std::mt19937 random_of_new_seed() {
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    return std::mt19937(seed);
}

TEST(Cron, AgreesWithLookingAtEveryMinute) {
    std::mt19937 random = random_of_new_seed();
    // Around changes of clocks: by an hour, half an hour, a whole day, at midnight, and none.
    const std::vector<std::pair<std::string, std::string>> nights{
        {"America/New_York", "2026-03-08"},
        {"America/New_York", "2026-11-01"},
        {"Europe/London", "2026-10-25"},
        {"Australia/Lord_Howe", "2026-04-04"},
        {"Australia/Lord_Howe", "2026-10-03"},
        {"America/Sao_Paulo", "2017-10-15"},
        {"America/Sao_Paulo", "2018-02-18"},
        {"Pacific/Apia", "2011-12-30"},
        {"Africa/Casablanca", "2026-02-15"},
        {"Asia/Kathmandu", "2026-06-30"},
        {"UTC", "2024-02-29"}};
    for (const auto& [zone_name, night] : nights) {
        for (int round = 0; round < 6; ++round) {
            ASSERT_NO_FATAL_FAILURE(compare_with_looking(random, zone_name, at(night)));
        }
    }
}

// Any zone of the tz database in any year from 1975 to 2037, at a change of its clocks if it has
// one in the year. S1
TEST(Cron, AgreesWithLookingInAnyZoneAndYear) {
    std::mt19937 random = random_of_new_seed();
    const auto& zones = date::get_tzdb().zones;
    for (int round = 0; round < 60; ++round) {
        const std::string zone_name = zones[random() % zones.size()].name();
        const auto year = std::chrono::year(static_cast<int>(1975 + random() % 63));
        const sys_seconds new_year = std::chrono::sys_days(year / 1 / 1);
        sys_seconds night = new_year + std::chrono::days(random() % 365);
        const sys_seconds change = date::locate_zone(zone_name)->get_info(night).end;
        if (change < night + std::chrono::years(1)) {
            night = std::chrono::floor<std::chrono::days>(change);
        }
        ASSERT_NO_FATAL_FAILURE(compare_with_looking(random, zone_name, night));
    }
}

} // namespace
} // namespace bgerp
