// Sample data for trying a tenant out and for measuring: employees with departments and a month's
// attendance, customers with invoices. The same numbers always give the same rows; rows that are
// there already (by their keys) are left as they are, so that it may be run again. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"

#include <cstdint>
#include <string>

namespace bgerp {

/// Employees S0000001 to S<count>, every third paid by the hour with attendance in `month`.
void seed_employees(mysql::Pool& pool, std::uint64_t count, const hr::PayrollPeriod& month);

/// Invoices 1 to `count` of a tenth as many customers, in a dozen countries.
void seed_sales(mysql::Pool& pool, std::uint64_t count);

/// An import file's line for employee `number`, with its line break; the header for 0.
[[nodiscard]] std::string sample_employee_line(std::uint64_t number);

} // namespace bgerp
