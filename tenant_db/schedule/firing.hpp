// The scheduler's half of schedules: which tenants have one that is due, and firing it. A firing is
// one transaction that moves next_run_at from the value that was read to the next one and enqueues
// the job; the compare-and-set makes it happen once, with any number of schedulers. The database's
// clock decides. Blocking; the database's own errors are thrown.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/schema.hpp"
#include "tenant_db/schedule/schedule.hpp"

#include <vector>

namespace bgerp::schedule {

/// Those of `databases` with a schedule that is due. One statement for up to 100; a database that
/// is gone or has no such table is skipped.
[[nodiscard]] std::vector<std::string>
databases_due(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases);

/// Schedules of one database that are due, at most 1,000.
[[nodiscard]] std::vector<Schedule>
due_schedules(mysql::Session& session, const queue::QueueSchema& schema);

enum class Fired {
    enqueued,
    made_up,         // enqueued for a run that was missed; with `backfill` there may be more
    waits,           // its last job hasn't ended, and its policy is to make up for it afterwards
    skipped_missed,  // too late, and its policy is to skip
    skipped_overlap, // its last job hasn't ended
    elsewhere,       // another scheduler was first, or somebody changed it
    paused,          // its expression or job can't be any more: it was paused
};

/// Fires one due schedule. Safe to repeat after an unknown outcome.
[[nodiscard]] Fired fire(
    mysql::Pool& pool, Deadline deadline, const queue::QueueSchema& schema, const Schedule& schedule
);

} // namespace bgerp::schedule
