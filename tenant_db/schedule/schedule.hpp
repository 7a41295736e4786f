// A recurring job of one organization: a row of its table `schedule`. Value types.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bgerp::schedule {

/// What to do about runs that were due while nobody ticked.
enum class MissedPolicy {
    once,     // one run, however many were missed
    skip,     // none; the next regular one is the next
    backfill, // each of them, the oldest first, one a tick; only the newest 100
};

/// What to do when it is due while its last job hasn't ended.
enum class OverlapPolicy {
    skip, // leave the run out; with `backfill`: let it wait
    allow,
};

struct NewSchedule {
    std::string name;              // 1–190 characters, unique in the organization
    std::string cron;              // as base/cron_fields.hpp reads it
    std::string time_zone = "UTC"; // of the tz database
    std::string kind;
    Json args = Json::object();
    std::string queue = "default";
    std::int64_t priority = 0;
    MissedPolicy missed = MissedPolicy::once;
    OverlapPolicy overlap = OverlapPolicy::skip;
};

struct Schedule {
    std::uint64_t id = 0;
    NewSchedule what;
    std::uint32_t seed = 0; // what `H` in the expression is taken from
    bool paused = false;
    std::optional<std::int64_t> next_run_at; // seconds since 1970; nothing: never again
    std::optional<std::int64_t> last_run_at;
    std::string last_job_uuid; // empty: none yet
};

/// A schedule's changed parts; the others stay.
struct ScheduleChange {
    std::optional<std::string> cron;
    std::optional<std::string> time_zone;
    std::optional<std::string> kind;
    std::optional<Json> args;
    std::optional<std::string> queue;
    std::optional<std::int64_t> priority;
    std::optional<MissedPolicy> missed;
    std::optional<OverlapPolicy> overlap;
};

/// By their names: "once", "skip", "backfill"; "skip", "allow". invalid_argument with `field`.
[[nodiscard]] Result<MissedPolicy> parse_missed(const std::string& name);
[[nodiscard]] Result<OverlapPolicy> parse_overlap(const std::string& name);

/// {"name","cron","time_zone","kind","args","queue","priority","paused","missed","overlap",
/// "next_run_at","last_run_at","last_job"}; times as RFC 3339 in UTC or null.
[[nodiscard]] Json to_json(const Schedule& schedule);

} // namespace bgerp::schedule
