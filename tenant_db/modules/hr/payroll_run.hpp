// A run of one month's payroll as its row in `payroll_run` holds it. There is at most one of a
// period that isn't reversed. A recalculation is a new generation of the same run; approved runs
// are never changed, only reversed. A value type.
#pragma once

#include "tenant_db/modules/hr/payroll_period.hpp"

#include <cstdint>
#include <string>

namespace bgerp::hr {

struct PayrollRun {
    std::uint64_t id = 0;
    PayrollPeriod period;
    std::string state; // draft, calculating, calculated, approved, paid, reversed
    std::uint64_t generation = 1;
    std::uint64_t cursor_employee_id = 0; // the last employee whose payslip is committed
    std::uint64_t payslips = 0;           // committed so far
    std::string job_uuid;                 // of the job that calculates it
};

} // namespace bgerp::hr
