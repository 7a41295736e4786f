#include "base/cron.hpp"

#include <algorithm>
#include <date/tz.h>
#include <stdexcept>

namespace bgerp {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// A 29th of February that must be a given weekday may be 40 years away (over 2100).
constexpr std::chrono::years horizon(50);

const date::time_zone* find_zone(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) { // how the library says that there is no such zone
        return nullptr;
    }
}

} // namespace

Result<CronSchedule>
CronSchedule::parse(std::string_view expression, const std::string& time_zone, std::uint32_t seed) {
    auto fields = CronFields::parse(expression, seed);
    if (!fields) {
        return tl::unexpected<Error>(std::move(fields.error()));
    }
    const date::time_zone* zone = find_zone(time_zone);
    if (zone == nullptr) {
        return fail(
            ErrorCode::invalid_argument,
            "'" + time_zone + "' is no time zone of the tz database, such as Europe/Paris or UTC",
            "time_zone"
        );
    }
    const CronSchedule schedule(*fields, zone);
    // Over any 50 years the calendar shows every day it has.
    constexpr std::chrono::sys_days any_time = std::chrono::year(2000) / 1 / 1;
    if (!schedule.next_after(any_time)) {
        return fail(
            ErrorCode::invalid_argument,
            "the schedule is never due: there is no such day in the calendar",
            "schedule"
        );
    }
    return schedule;
}

// The time between two changes of the zone's offset is one straight line; gaps and repeated times
// are only where two of them meet.
std::optional<sys_seconds> CronSchedule::next_after(sys_seconds time) const {
    const bool due_at_both = fields_.hours_step || fields_.hours.all();
    sys_seconds at = time + seconds(1);
    const sys_seconds last = at + horizon;
    while (at < last) {
        const date::sys_info line = zone_->get_info(at);
        const auto wall = [&line](sys_seconds instant) { return WallTime(instant + line.offset); };
        WallTime from = wall(at);
        if (line.begin > sys_seconds::min()) {
            const seconds offset_before = zone_->get_info(line.begin - seconds(1)).offset;
            const WallTime resumed = line.begin + offset_before; // what the clock showed before
            if (at == line.begin && is_due_in_gap(resumed, from)) {
                return at;
            }
            if (!due_at_both) {
                from = std::max(from, resumed); // what lies before it has been due already
            }
        }
        const sys_seconds end = std::min(line.end, last);
        if (const auto due = fields_.first_in(from, wall(end))) {
            return sys_seconds(*due - line.offset);
        }
        at = end;
    }
    return std::nullopt;
}

bool CronSchedule::is_due_in_gap(WallTime from, WallTime to) const {
    // After a gap of whole hours an hourly schedule goes on in its rhythm.
    const bool rhythm_kept =
        fields_.hours.all() && (to - from) % std::chrono::hours(1) == seconds(0);
    return from < to && !rhythm_kept && fields_.first_in(from, to).has_value();
}

} // namespace bgerp
