// The reports over the HR module's tables. Blocking; see report_source.hpp.
#pragma once

#include "tenant_db/modules/reports/report_source.hpp"

namespace bgerp::reports {

/// One row a payslip of the period's newest run that isn't reversed, with a column a component.
/// not_found when there is no such run.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_payroll_register(mysql::Session& session, const Json& parameters);

/// One row a department, in the order of their making: who is employed on `date` (by default
/// today, in UTC), and how many there ever were. Those without a department come last.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_headcount(mysql::Session& session, const Json& parameters);

/// All employees in the import's columns, so that the file can be imported elsewhere.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_employee_list(mysql::Session& session, const Json& parameters);

} // namespace bgerp::reports
