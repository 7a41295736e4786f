// What to do at one firing of a schedule: which run it is for, whether it makes a job, and when the
// next one is. A run that is up to a minute late is slow, as while another scheduler takes over:
// each has its job. A later one is missed, and the schedule's policy decides. Pure code; any
// thread.
#pragma once

#include "base/cron.hpp"
#include "tenant_db/schedule/schedule.hpp"

#include <cstdint>
#include <optional>

namespace bgerp::schedule {

/// Later than this a run counts as missed: the longest that a change of leader takes, with room.
inline constexpr std::int64_t late_s_max = 60;

/// How many missed runs `backfill` makes up for: the newest so many.
inline constexpr int backfill_runs_max = 100;

struct Turn {
    std::int64_t run = 0; // seconds since 1970
    bool fires = true;
    bool missed = false;
    std::optional<std::int64_t> next; // nothing: never again
};

/// `due_at` is the stored time of the next run, at or before `now_s`.
[[nodiscard]] Turn
turn_at(const CronSchedule& cron, MissedPolicy policy, std::int64_t due_at, std::int64_t now_s);

} // namespace bgerp::schedule
