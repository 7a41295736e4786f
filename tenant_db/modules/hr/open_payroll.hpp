// Who may calculate a period's run: the rules by which a job takes hold of it. Part of the caller's
// transaction; blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_run.hpp"

#include <string>

namespace bgerp::hr {

/// conflict when the run is approved or paid: it may only be reversed.
[[nodiscard]] Result<void> check_open(const PayrollRun& run);

/// The period's run in the job's hands: as it stands when the job had it before, else a new
/// generation. conflict as above.
[[nodiscard]] Result<PayrollRun>
take_run(mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& job_uuid);

} // namespace bgerp::hr
