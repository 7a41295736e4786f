// The table of unique keys and the column for free metadata: see docs/queue.md.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration job_unique_migration();
[[nodiscard]] migrations::Migration job_meta_migration();

} // namespace bgerp::queue
