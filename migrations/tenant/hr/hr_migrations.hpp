// Employees, their time, and payroll.
#pragma once

#include "migrations/migration.hpp"

namespace bgerp::migrations {

[[nodiscard]] std::vector<Migration> hr_migrations();

} // namespace bgerp::migrations
