// The queue's tables in a tenant's database. Every tenant has them.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> queue_migrations();

} // namespace bgerp::migrations
