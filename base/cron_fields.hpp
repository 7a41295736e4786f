// The fields of a cron expression as sets of numbers, and which wall-clock times are in them. The
// grammar is Vixie cron's: lists, ranges, steps, names of months and weekdays, `@daily` and its
// like, and optionally a field for seconds in front; and Jenkins' `H`, a number that follows from a
// seed, so that many schedules of one text aren't all due at once: `H`, `H/15`, `H(9-17)`,
// `H(0-29)/10`. Knows no time zone: base/cron.hpp turns wall-clock times into instants. Values; any
// thread.
#pragma once

#include "base/error.hpp"

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bgerp {

/// A wall-clock time, written as the instant at which it would be in UTC.
using WallTime = std::chrono::sys_seconds;

struct CronFields {
    std::bitset<60> seconds;
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;     // of the month, 1 to 31
    std::bitset<13> months;   // 1 to 12
    std::bitset<7> weekdays;  // from Sunday
    bool any_day = false;     // the day's field starts with `*`
    bool any_weekday = false; // the weekday's field starts with `*`
    bool hours_step = false;  // the hour's field holds `*` or a step: "every hour", "every second"

    /// Reads five fields (minute hour day month weekday) or six (second first). Fails with
    /// invalid_argument, the field's name in `field` and what it may hold in the message. Equal
    /// seeds give equal times; each field takes another number from the seed. `H` as a day of the
    /// month is from 1 to 28, which every month has.
    [[nodiscard]] static Result<CronFields>
    parse(std::string_view expression, std::uint32_t seed = 0);

    /// Month, day and weekday. As in Vixie cron, a day of the month and a weekday that are both
    /// given (neither starts with `*`) name two sets of days, either of which will do.
    [[nodiscard]] bool has_day(std::chrono::sys_days day) const;

    /// The first wall-clock time in the fields within [from, end), or nothing. Time grows with
    /// the days in between.
    [[nodiscard]] std::optional<WallTime> first_in(WallTime from, WallTime end) const;
};

} // namespace bgerp
