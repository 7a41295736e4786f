// `schedule` learns to make up for each missed run and to spread by hash.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] Migration schedule_backfill();

} // namespace bgerp::migrations
