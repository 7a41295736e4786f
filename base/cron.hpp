// A recurring schedule: a cron expression in a time zone, and the instants at which it is due. The
// scheduler ticks by it, the command line checks expressions with it. The zone's rules come from
// the system's tz database. An immutable value; any thread.
//
// Where the zone's clocks jump:
//  - A wall-clock time that is skipped (02:30 when clocks go from 02:00 to 03:00) is due once, at
//    the instant the gap ends, together with all others in the gap. Schedules of every hour need
//    and get no such run: the next hour's takes its place.
//  - A wall-clock time that comes twice is due at the first alone, if the hours are named. Where
//    the hour is `*` or a step (`*/2`, `9-17/2`), the schedule follows elapsed time: due at both.
#pragma once

#include "base/cron_fields.hpp"
#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace bgerp {

class CronSchedule {
public:
    /// Fails with invalid_argument and `field`: the field of the expression that is wrong (see
    /// CronFields::parse), "time_zone" for a zone that the tz database doesn't know, "schedule" for
    /// one that is never due, such as a 30th of February. `seed` decides what `H` stands for. Reads
    /// the tz database, so may block on the disk.
    [[nodiscard]] static Result<CronSchedule> parse(
        std::string_view expression, const std::string& time_zone = "UTC", std::uint32_t seed = 0
    );

    /// The first instant after `time` at which the schedule is due; nothing when there is none in
    /// the next 50 years.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_after(std::chrono::sys_seconds time
    ) const;

private:
    CronSchedule(const CronFields& fields, const date::time_zone* zone)
        : fields_(fields)
        , zone_(zone) {}

    [[nodiscard]] bool is_due_in_gap(WallTime from, WallTime to) const;

    CronFields fields_;
    const date::time_zone* zone_; // the tz database's, which is never unloaded
};

} // namespace bgerp
