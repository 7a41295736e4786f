// What people do with a period's payroll: start it, approve it, reverse it. Each is part of the
// caller's transaction, so that a job and its run exist together or not at all. Used by the command
// line and the server. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"

#include <cstdint>
#include <string>

namespace bgerp::hr {

inline constexpr const char* payroll_kind = "payroll.run";

struct StartedPayroll {
    std::uint64_t run_id = 0;
    std::string job_uuid;
    bool joined = false; // a job was at it already: this is that one
};

/// Opens the period's run and enqueues the job that calculates it. While such a job waits or runs,
/// returns that one instead: two people who press the button get one payroll. A calculated run is
/// calculated again. conflict when the run is approved or paid.
[[nodiscard]] Result<StartedPayroll> start_payroll(
    mysql::Transaction& transaction,
    const PayrollPeriod& period,
    const std::string& queue = "default"
);

/// From calculated to approved; from then on the run is never changed. not_found, conflict.
[[nodiscard]] Result<void> approve_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
);

/// Takes a calculated, approved or paid run out of force; its payslips stay readable, and the
/// period can be run again. not_found, conflict while it is being calculated.
[[nodiscard]] Result<void> reverse_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
);

} // namespace bgerp::hr
