// The table of events, and the triggers that fill it where an organization wants events: see
// docs/queue-operate.md and docs/adr/0005.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration job_event_migration();

/// From now on what happens to tracked jobs, and pauses, is written down. Harmless to repeat.
void start_job_events(migrations::Schema& schema);

/// Not any more. Harmless to repeat.
void stop_job_events(migrations::Schema& schema);

} // namespace bgerp::queue
