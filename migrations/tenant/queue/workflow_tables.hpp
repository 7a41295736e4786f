// The tables of workflows, and what jobs of several steps keep: see docs/queue-workflows.md.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration workflow_migration();

/// Finished steps and cursors of jobs, and the columns of job_run for signals and log lines.
[[nodiscard]] migrations::Migration job_step_migration();

} // namespace bgerp::queue
