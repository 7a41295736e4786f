#include "base/iso_date.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

using namespace std::chrono_literals;

TEST(IsoDate, TakesEveryDayOnceAndWritesItBack) {
    // Days counted one by one, months' lengths written out: independent of the calendar library.
    int year = 1896;
    int month = 1;
    int day = 1;
    const auto length = [&] {
        constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return month == 2 && leap ? 29 : days.at(static_cast<std::size_t>(month) - 1);
    };
    std::array<char, 48> text{}; // as wide as three numbers could be
    std::optional<std::chrono::sys_days> before;
    for (; year < 2105; ++day) {
        std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", year, month, day);
        const auto date = parse_iso_date(text.data());
        if (day > length()) {
            ASSERT_FALSE(date.has_value()) << text.data();
            day = 0;
            year += month == 12 ? 1 : 0;
            month = month % 12 + 1;
            continue;
        }
        ASSERT_TRUE(date.has_value()) << text.data();
        ASSERT_EQ(format_iso_date(*date), text.data());
        ASSERT_TRUE(!before || std::chrono::sys_days(*date) - *before == std::chrono::days(1));
        before = std::chrono::sys_days(*date);
    }
}

TEST(IsoDate, TakesNothingElse) {
    for (const char* text :
         {"",
          "2024-1-01",
          "2024-01-1",
          "24-01-01",
          "2024/01/01",
          "2024-00-01",
          "2024-13-01",
          "2024-01-00",
          "2024-01-32",
          "0000-01-01",
          "20240101",
          "2024-01-01 ",
          "+024-01-01",
          "2024-01-0x",
          "-024-01-01",
          "2024-01-01T00:00:00"}) {
        EXPECT_FALSE(parse_iso_date(text).has_value()) << text;
    }
}

TEST(IsoDate, ReadsDateTimesInUtc) {
    const auto midnight =
        std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2021) / 1 / 3));
    EXPECT_EQ(parse_iso_date_time("2021-01-03"), midnight);
    EXPECT_EQ(parse_iso_date_time("2021-01-03T13:05:09"), midnight + 13h + 5min + 9s);
    EXPECT_EQ(parse_iso_date_time("2021-01-03 13:05Z"), midnight + 13h + 5min);
    for (const char* text :
         {"2021-02-29T00:00:00",
          "2021-01-03T",
          "2021-01-03T24:00",
          "2021-01-03T00:60",
          "2021-01-03T00:00:60",
          "2021-01-03x00:00",
          "2021-01-03T00:00:00+01:00",
          "2021-01-03T1:00",
          "2021-01-03T00-00",
          "2021-01-03T00:00-00",
          "2021-01-03TZ",
          "20"}) {
        EXPECT_FALSE(parse_iso_date_time(text).has_value()) << text;
    }
}

} // namespace
} // namespace bgerp
