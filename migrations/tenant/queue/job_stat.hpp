// The table of statistics: see docs/queue-operate.md.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration job_stat_migration();

} // namespace bgerp::queue
