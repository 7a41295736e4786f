// Calculates a month's payroll: the job `payroll.run`. Works through the employees by id in steps
// of a thousand, each one transaction that holds their payslips, the cursor and the proof that the
// job is still ours; whoever runs the same job later goes on behind the last step that committed,
// so each employee gets one payslip whatever crashes. The last transaction sums the register and
// ends the job. Memory doesn't grow with the employees. Called from a worker's thread; blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bgerp::hr {

/// Employees a step: a transaction of some ten thousand small rows at most.
inline constexpr std::size_t payroll_chunk = 1000;

struct PayrollRequest {
    PayrollPeriod period;
    std::string job_uuid;
    /// Set when the run was opened together with the job (start_payroll): the job then calculates
    /// that run and none that was opened since. Without it the job opens the period's run itself.
    std::optional<std::uint64_t> run_id;
};

/// Returns register_totals(). Errors: conflict when the period's run is approved or belongs to
/// another job now, invalid_argument when the components can't be read, too_large with the
/// employee's code when their pay can't be represented, cancelled, lease_lost. Failure of the
/// database is thrown and can be tried again.
[[nodiscard]] Result<Json>
run_payroll(mysql::Pool& pool, JobControl& control, const PayrollRequest& request);

} // namespace bgerp::hr
