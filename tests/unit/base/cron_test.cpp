#include "base/cron.hpp"
#include "base/iso_date.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <date/tz.h>
#include <map>
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

CronSchedule schedule(std::string_view expression, const std::string& zone = "UTC") {
    return value_or_throw(CronSchedule::parse(expression, zone));
}

std::string
next(std::string_view expression, std::string_view after, const std::string& zone = "UTC") {
    return text_of(schedule(expression, zone).next_after(at(after)));
}

std::vector<std::string> runs(
    std::string_view expression,
    const std::string& zone,
    std::string_view after,
    std::string_view until
) {
    const CronSchedule cron = schedule(expression, zone);
    std::vector<std::string> times;
    for (auto time = cron.next_after(at(after)); time && *time <= at(until);
         time = cron.next_after(*time)) {
        times.push_back(date::format("%H:%M", *time));
    }
    return times;
}

TEST(Cron, KnowsListsRangesStepsNamesAndShorthands) {
    EXPECT_EQ(next("*/15 * * * *", "2026-10-01T10:15:00"), "2026-10-01 10:30:00");
    EXPECT_EQ(next("5,50-52 9-17/4 * * *", "2026-10-01T09:50:00"), "2026-10-01 09:51:00");
    EXPECT_EQ(next("5,50-52 9-17/4 * * *", "2026-10-01T09:52:00"), "2026-10-01 13:05:00");
    EXPECT_EQ(next("0 0 1 jan,JUL *", "2026-02-01"), "2026-07-01 00:00:00");
    EXPECT_EQ(next("0 8 * * mon-fri", "2026-10-30T08:00:00"), "2026-11-02 08:00:00");
    EXPECT_EQ(next("0 8 * * fri-sun", "2026-10-31T08:00:00"), "2026-11-01 08:00:00");
    EXPECT_EQ(next("0 8 * * 7", "2026-10-31"), "2026-11-01 08:00:00");
    EXPECT_EQ(next("40/10 * * * *", "2026-10-01T10:50:00"), "2026-10-01 11:40:00");
    EXPECT_EQ(next("@hourly", "2026-10-01T10:00:00"), "2026-10-01 11:00:00");
    EXPECT_EQ(next("@daily", "2026-10-01T10:00:00"), "2026-10-02 00:00:00");
    EXPECT_EQ(next("@weekly", "2026-10-01"), "2026-10-04 00:00:00");
    EXPECT_EQ(next("@monthly", "2026-10-01"), "2026-11-01 00:00:00");
    EXPECT_EQ(next("@yearly", "2026-10-01"), "2027-01-01 00:00:00");
}

TEST(Cron, TakesSecondsInASixthFieldInFront) {
    EXPECT_EQ(next("*/20 * * * * *", "2026-10-01T10:15:20"), "2026-10-01 10:15:40");
    EXPECT_EQ(next("30 0 12 * * *", "2026-10-01T12:00:30"), "2026-10-02 12:00:30");
}

TEST(Cron, EitherOfDayAndWeekdayWillDoWhenBothAreGiven) {
    // 2026-11-13 is a Friday.
    EXPECT_EQ(next("0 0 13 * fri", "2026-11-01"), "2026-11-06 00:00:00");
    EXPECT_EQ(next("0 0 13 * fri", "2026-12-11"), "2026-12-13 00:00:00");
    // With a field that starts with `*` both must hold.
    EXPECT_EQ(next("0 0 */2 * fri", "2026-11-06"), "2026-11-13 00:00:00");
    EXPECT_EQ(next("0 0 13 * *", "2026-11-01"), "2026-11-13 00:00:00");
}

TEST(Cron, FindsRareDays) {
    EXPECT_EQ(next("0 0 29 2 *", "2096-03-01"), "2104-02-29 00:00:00");
    EXPECT_EQ(next("0 0 31 * *", "2026-01-31"), "2026-03-31 00:00:00");
}

TEST(Cron, SaysWhichFieldIsWrong) {
    const auto wrong_field = [](std::string_view expression) {
        const auto parsed = CronSchedule::parse(expression);
        return parsed ? "none" : parsed.error().field;
    };
    EXPECT_EQ(wrong_field("60 * * * *"), "minute");
    EXPECT_EQ(wrong_field("61 0 * * * *"), "second");
    EXPECT_EQ(wrong_field("0 24 * * *"), "hour");
    EXPECT_EQ(wrong_field("0 0 0 * *"), "day");
    EXPECT_EQ(wrong_field("0 0 1 13 *"), "month");
    EXPECT_EQ(wrong_field("0 0 1 foo *"), "month");
    EXPECT_EQ(wrong_field("0 0 * * 8"), "weekday");
    for (const char* hour :
         {"5-3",
          "*/0",
          "*/24",
          "1//2",
          "1-2-3",
          "",
          ",1",
          "1,",
          "-1",
          "+1",
          "**",
          "1.5",
          "*-5",
          "mon",
          "a/2"}) {
        const std::string expression = std::string("0 ") + (*hour == '\0' ? "," : hour) + " * * *";
        EXPECT_EQ(wrong_field(expression), "hour") << expression;
    }
    for (const char* expression : {"", "* * * *", "* * * * * * *", "@reboot", "0 0 30 2 *"}) {
        EXPECT_EQ(wrong_field(expression), "schedule") << expression;
    }
    EXPECT_EQ(wrong_field("0 0 * * " + std::string(300, ',')), "schedule");
    EXPECT_EQ(CronSchedule::parse("@daily", "Mars/Phobos").error().field, "time_zone");
    EXPECT_EQ(CronSchedule::parse("@daily", "").error().field, "time_zone");
}

// S5
TEST(Cron, SpreadsByHashWhatHasAnH) {
    const auto first = [](std::string_view expression, std::uint32_t seed) {
        return *value_or_throw(CronSchedule::parse(expression, "UTC", seed))
                    .next_after(at("2026-10-31T23:59:59"));
    };
    EXPECT_EQ(first("H H * * *", 7), first("H H * * *", 7)) << "the same seed, the same time";
    std::map<int, int> minutes_of_day;
    std::set<sys_seconds> of_quarters;
    constexpr int tenants = 5000;
    for (std::uint32_t seed = 0; seed < tenants; ++seed) {
        const auto daily = first("H H(1-4) * * *", seed) - at("2026-11-01");
        EXPECT_GE(daily, hours(1));
        EXPECT_LT(daily, hours(5));
        ++minutes_of_day[static_cast<int>(daily / minutes(1))];
        of_quarters.insert(first("H/15 * * * *", seed));
        EXPECT_LT(first("0 0 H * *", seed), at("2026-11-29")) << "a day that every month has";
        EXPECT_LT(first("0 0 * * H", seed), at("2026-11-08"));
    }
    EXPECT_EQ(minutes_of_day.size(), 240U) << "each minute of the four hours has some";
    for (const auto& [minute, count] : minutes_of_day) {
        EXPECT_LT(count, 3 * tenants / 240) << minute;
    }
    EXPECT_EQ(of_quarters.size(), 15U);
    const CronSchedule quarters = value_or_throw(CronSchedule::parse("H/15 * * * *", "UTC", 3));
    const auto once = *quarters.next_after(at("2026-11-01"));
    EXPECT_EQ(*quarters.next_after(once) - once, minutes(15));
    for (const char* wrong : {"H(", "H()", "H(5)", "H(9-5)", "H(1-60)", "HH", "H-5", "H/0", "H5"}) {
        EXPECT_FALSE(CronSchedule::parse(std::string(wrong) + " * * * *")) << wrong;
    }
}

// S1: each wall-clock time of the day, each day once, whatever the clocks do: in three zones, at
// both changes.
TEST(Cron, EveryDailyTimeIsDueOncePerDayThroughBothChangesInThreeZones) {
    struct Change {
        const char* zone;
        const char* before; // the local noon before it, in UTC
        const char* after;  // and the one after it
    };

    for (const Change& change : {
             Change{"America/New_York", "2026-03-07T17:00:00", "2026-03-08T16:00:00"},
             Change{"America/New_York", "2026-10-31T16:00:00", "2026-11-01T17:00:00"},
             Change{"Europe/Berlin", "2026-03-28T11:00:00", "2026-03-29T10:00:00"},
             Change{"Europe/Berlin", "2026-10-24T10:00:00", "2026-10-25T11:00:00"},
             Change{"Australia/Lord_Howe", "2026-04-04T01:00:00", "2026-04-05T01:30:00"},
             Change{"Australia/Lord_Howe", "2026-10-03T01:30:00", "2026-10-04T01:00:00"},
         }) {
        SCOPED_TRACE(change.zone + std::string(" ") + change.before);
        for (int minute = 0; minute < 1440; ++minute) {
            const std::string expression =
                std::to_string(minute % 60) + " " + std::to_string(minute / 60) + " * * *";
            const CronSchedule cron = schedule(expression, change.zone);
            // Noon excluded at the one end, included at the other.
            const auto due = cron.next_after(at(change.before));
            ASSERT_TRUE(due && *due <= at(change.after)) << expression << " is skipped";
            ASSERT_GT(*cron.next_after(*due), at(change.after)) << expression << " comes twice";
        }
    }
}

// New York, 2026-03-08: clocks go from 02:00 (07:00 UTC) to 03:00.
TEST(Cron, RunsASkippedTimeOnceWhenTheGapEnds) {
    using testing::ElementsAre;
    const auto night = [](std::string_view expression) {
        return runs(expression, "America/New_York", "2026-03-08T05:30:00", "2026-03-08T08:30:00");
    };
    EXPECT_THAT(night("30 2 * * *"), ElementsAre("07:00"));
    EXPECT_THAT(night("15,45 2 * * *"), ElementsAre("07:00"));
    EXPECT_THAT(night("0 2,3 * * *"), ElementsAre("07:00")) << "both are the same instant";
    EXPECT_THAT(night("0 */2 * * *"), ElementsAre("07:00", "08:00")) << "the 2 o'clock run";
    EXPECT_THAT(night("30 * * * *"), ElementsAre("06:30", "07:30", "08:30")) << "each hour anyway";
    EXPECT_EQ(next("30 2 * * *", "2026-03-08T07:00:00", "America/New_York"), "2026-03-09 06:30:00");
}

// New York, 2026-11-01: clocks go from 02:00 back to 01:00 (06:00 UTC).
TEST(Cron, RunsARepeatedTimeOnceUnlessTheHourIsAStep) {
    using testing::ElementsAre;
    const auto night = [](std::string_view expression) {
        return runs(expression, "America/New_York", "2026-11-01T04:30:00", "2026-11-01T08:00:00");
    };
    EXPECT_THAT(night("30 1 * * *"), ElementsAre("05:30"));
    EXPECT_THAT(night("0 1,2 * * *"), ElementsAre("05:00", "07:00"));
    EXPECT_THAT(night("30 * * * *"), ElementsAre("05:30", "06:30", "07:30"));
    EXPECT_THAT(night("0 1-23/2 * * *"), ElementsAre("05:00", "06:00", "08:00"));
    EXPECT_EQ(next("30 1 * * *", "2026-11-01T06:10:00", "America/New_York"), "2026-11-02 06:30:00");
}

TEST(Cron, KnowsTheZonesRulesYearsAhead) {
    EXPECT_EQ(next("0 12 * * *", "2036-07-01", "Europe/Berlin"), "2036-07-01 10:00:00");
    EXPECT_EQ(next("0 12 * * *", "2036-01-01", "Europe/Berlin"), "2036-01-01 11:00:00");
}

} // namespace
} // namespace bgerp
