// The payroll register: a period's payslips with a column for each component that occurs in them.
// Used by the report of that name. One thread; blocking.
#pragma once

#include "tenant_db/modules/hr/payroll_period.hpp"
#include "tenant_db/modules/reports/report_source.hpp"

#include <map>
#include <string>

namespace bgerp::reports {

class PayrollRegister final : public ReportSource {
public:
    /// The period's run that isn't reversed. not_found when there is none, conflict while it is
    /// being calculated, because half a register would be taken for a whole one.
    [[nodiscard]] static Result<std::unique_ptr<ReportSource>>
    open(mysql::Session& session, const hr::PayrollPeriod& period);

    [[nodiscard]] std::vector<ReportColumn> columns() const override;

    [[nodiscard]] Result<bool> next_page(mysql::Session& session, const RowSink& sink) override;

    [[nodiscard]] std::uint64_t expected_rows() const override { return expected_rows_; }

private:
    struct Slip;

    PayrollRegister(std::uint64_t run_id, std::uint64_t expected_rows)
        : run_id_(run_id)
        , expected_rows_(expected_rows) {}

    void read_components(mysql::Session& session);
    [[nodiscard]] std::vector<Slip> read_slips(mysql::Session& session) const;
    void read_amounts(mysql::Session& session, std::vector<Slip>& slips) const;

    std::uint64_t run_id_;
    std::uint64_t expected_rows_;
    std::vector<std::string> components_; // in the order of their columns
    std::uint64_t last_employee_id_ = 0;
};

} // namespace bgerp::reports
