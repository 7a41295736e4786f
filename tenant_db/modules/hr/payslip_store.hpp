// What a payroll step reads and writes: a slice of the employees of the month with their
// attendance, and their payslips. Made once per run, because it keeps statements. Not thread-safe;
// blocking; errors of the database are thrown.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_rules.hpp"
#include "tenant_db/modules/hr/payroll_run.hpp"
#include "tenant_db/modules/multi_row.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::hr {

/// An employee as payroll needs them, and as the payslip names them.
struct PayrollEmployee {
    std::uint64_t id = 0;
    std::string employee_code;
    std::string name;
    std::optional<std::string> department;
    PayTerms terms;
    std::vector<WorkedDay> attendance; // of the month; hourly pay only
};

/// A payslip with whose it is.
struct IssuedPayslip {
    const PayrollEmployee* employee = nullptr;
    Payslip payslip;
};

class PayslipStore {
public:
    PayslipStore();

    /// Up to `limit` employees with an id above `after_id` who are employed on a day of the period,
    /// by id.
    [[nodiscard]] std::vector<PayrollEmployee> read_employees(
        mysql::Session& session, PayrollPeriod period, std::uint64_t after_id, std::size_t limit
    ) const;

    /// Replaces the run's payslips of all employees with ids above `after_id` and up to
    /// `through_id` by `payslips`: earlier generations' ones, and those of people who left, are
    /// gone.
    void replace_payslips(
        mysql::Transaction& transaction,
        const PayrollRun& run,
        std::uint64_t after_id,
        std::uint64_t through_id,
        const std::vector<IssuedPayslip>& payslips
    );

    /// The highest employee id, for telling how far a run is.
    [[nodiscard]] static std::uint64_t last_employee_id(mysql::Session& session);

private:
    static void read_attendance(
        mysql::Session& session, PayrollPeriod period, std::vector<PayrollEmployee>& employees
    );

    MultiRow insert_payslips_;
    MultiRow insert_lines_;
};

} // namespace bgerp::hr
