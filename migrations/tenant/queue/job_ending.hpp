// The column of job_run for what hangs on a job's end: see docs/queue-laravel.md.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration job_ending_migration();

} // namespace bgerp::queue
