// What people do with a calculated payroll: approve it, reverse it. Part of the caller's
// transaction. Used by the command line and the server. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"

#include <string>

namespace bgerp::hr {

/// From calculated to approved; from then on the run is never changed. not_found, conflict when it
/// is in another state, reversed included.
[[nodiscard]] Result<void> approve_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
);

/// Takes a calculated, approved or paid run out of force; its payslips stay readable, and the
/// period can be run again. not_found, conflict while it is being calculated or when it is
/// reversed already.
[[nodiscard]] Result<void> reverse_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
);

} // namespace bgerp::hr
