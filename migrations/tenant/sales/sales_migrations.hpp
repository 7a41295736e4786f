// Customers, invoices and what they are about. Primary keys are the ids of the imported files.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> sales_migrations();

} // namespace bgerp::migrations
