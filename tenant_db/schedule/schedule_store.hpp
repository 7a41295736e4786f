// An organization's schedules as people manage them: add, list, edit, pause, resume, run, remove.
// Used by the command line and the server; firing.hpp is the scheduler's half. All times are the
// database's. Blocking; the database's own errors are thrown.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/schema.hpp"
#include "tenant_db/schedule/schedule.hpp"

#include <vector>

namespace bgerp::schedule {

/// invalid_argument with `field` for a name, expression, zone, kind or queue that can't be;
/// conflict when the name is taken.
[[nodiscard]] Result<Schedule> add_schedule(
    mysql::Transaction& transaction, const queue::QueueSchema& schema, const NewSchedule& schedule
);

/// By name, at most 1,000.
[[nodiscard]] std::vector<Schedule>
list_schedules(mysql::Session& session, const queue::QueueSchema& schema);

[[nodiscard]] Result<Schedule>
find_schedule(mysql::Session& session, const queue::QueueSchema& schema, const std::string& name);

/// Pausing keeps it from firing; resuming starts at the next regular time, without what was missed.
/// Repeating either changes nothing. not_found.
[[nodiscard]] Result<Schedule> set_paused(
    mysql::Transaction& transaction,
    const queue::QueueSchema& schema,
    const std::string& name,
    bool paused
);

/// Changes what is given and leaves the rest. With another expression or zone the next run is the
/// first regular one from now on. not_found; errors as add_schedule.
[[nodiscard]] Result<Schedule> edit_schedule(
    mysql::Transaction& transaction,
    const queue::QueueSchema& schema,
    const std::string& name,
    const ScheduleChange& change
);

[[nodiscard]] Result<void>
remove_schedule(mysql::Session& session, const queue::QueueSchema& schema, const std::string& name);

/// Enqueues its job now, paused or not, and leaves the regular times as they are. Returns the
/// job's uuid. not_found. Ring the doorbell after the commit.
[[nodiscard]] Result<std::string>
run_now(mysql::Transaction& transaction, const queue::QueueSchema& schema, const std::string& name);

} // namespace bgerp::schedule
