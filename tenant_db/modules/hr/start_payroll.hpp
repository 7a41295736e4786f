// Orders a period's payroll: its run and its job, in the caller's transaction, so that there is
// never one without the other. Used by the command line and the server. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"

#include <cstdint>
#include <string>

namespace bgerp::hr {

inline constexpr const char* payroll_kind = "payroll.run";

/// Its arguments.
inline constexpr const char* payroll_args = R"({"type": "object", "required": ["period"],
    "properties": {"period": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                   "run_id": {"type": "integer", "minimum": 1}}})";

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

} // namespace bgerp::hr
