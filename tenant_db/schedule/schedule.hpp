// A recurring job of one organization: a row of its table `schedule`. Value types.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bgerp::schedule {

/// What to do about runs that were due while nobody ticked.
enum class MissedPolicy {
    once, // one run, however many were missed
    skip, // none; the next regular one is the next
};

/// What to do when it is due while its last job hasn't ended.
enum class OverlapPolicy {
    skip,
    allow,
};

struct NewSchedule {
    std::string name; // 1–190 characters, unique in the organization
    std::string cron;
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
    bool paused = false;
    std::optional<std::int64_t> next_run_at; // seconds since 1970; nothing: never again
    std::optional<std::int64_t> last_run_at;
    std::string last_job_uuid; // empty: none yet
};

/// {"name","cron","time_zone","kind","args","queue","priority","paused","missed","overlap",
/// "next_run_at","last_run_at","last_job"}; times as RFC 3339 in UTC or null.
[[nodiscard]] Json to_json(const Schedule& schedule);

} // namespace bgerp::schedule
