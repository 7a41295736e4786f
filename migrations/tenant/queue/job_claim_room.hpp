// The column of `jobs` that keeps a row's length when it is claimed: see docs/adr/0002.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::queue {

[[nodiscard]] migrations::Migration job_claim_room_migration();

} // namespace bgerp::queue
