// Reading and writing the rows of `schedule`, shared by its store and its firing.
#pragma once

#include "base/cron.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"
#include "tenant_db/schedule/schedule.hpp"

#include <vector>

namespace bgerp::schedule {

/// The rows that `condition` (a constant) selects, by name, at most 1,000.
[[nodiscard]] std::vector<Schedule> select_schedules(
    mysql::Session& session,
    const queue::QueueSchema& schema,
    const std::string& condition,
    const mysql::Params& params
);

/// Seconds since 1970 by the database's clock.
[[nodiscard]] std::int64_t database_now_s(mysql::Session& session);

/// The first run after `now_s`.
[[nodiscard]] std::optional<std::int64_t> next_run(const CronSchedule& cron, std::int64_t now_s);

/// The job that a firing of `schedule` makes, tagged with the run it is for, if for one.
[[nodiscard]] queue::NewJob
job_of(const Schedule& schedule, std::optional<std::int64_t> run = std::nullopt);

/// Errors as CronSchedule::parse.
[[nodiscard]] Result<CronSchedule> cron_of(const Schedule& schedule);

[[nodiscard]] const char* missed_name(MissedPolicy policy);
[[nodiscard]] const char* overlap_name(OverlapPolicy policy);

} // namespace bgerp::schedule
