// One employee's pay for one month (docs/contracts.md): a pure function of the contract, the
// month's attendance and the tenant's components. The payroll job stores what it returns; nothing
// here knows databases or runs. All arithmetic is exact; gross and each component are rounded once,
// half away from zero, to the currency's minor unit. Any thread.
#pragma once

#include "base/decimal.hpp"
#include "tenant_db/modules/hr/employee_rules.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"
#include "tenant_db/modules/hr/salary_component.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bgerp::hr {

/// What payroll needs to know of an employee.
struct PayTerms {
    std::chrono::year_month_day hire_date;
    std::optional<std::chrono::year_month_day> termination_date; // the last day employed
    PayType pay_type = PayType::salaried;
    Decimal base_salary; // a year's when salaried, an hour's when hourly
    std::string currency;
};

/// Hours worked on a day. Several of one day add up before overtime is counted.
struct WorkedDay {
    std::chrono::year_month_day date;
    Decimal hours;
};

struct PayslipLine {
    std::string code; // of the component
    ComponentSide side = ComponentSide::employee;
    Decimal amount;
};

struct Payslip {
    int employed_days = 0;
    Decimal hours;          // hourly pay only: all hours paid
    Decimal overtime_hours; // those among them beyond eight a day
    Decimal gross;
    std::vector<PayslipLine> lines; // in the components' order
    Decimal deductions;             // the employee's lines together
    Decimal employer;               // the employer's lines together
    Decimal net;                    // gross − deductions
};

/// The payslip, or nothing for who is not employed on any day of the month.
///
/// Attendance counts for hourly pay alone. Days outside the month are ignored. As soon as there is
/// one within it, attendance decides, and days outside employment pay nothing; with none at all,
/// eight hours are paid for each Monday to Friday among the employed days.
///
/// `components` must satisfy components_from_json()'s rules. Throws Failure(too_large) when an
/// amount has more digits than a Decimal holds. Doesn't block.
[[nodiscard]] std::optional<Payslip> compute_payslip(
    const PayTerms& terms,
    PayrollPeriod period,
    std::span<const WorkedDay> attendance,
    const SalaryComponents& components
);

} // namespace bgerp::hr
