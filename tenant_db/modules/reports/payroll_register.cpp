#include "tenant_db/modules/reports/payroll_register.hpp"

#include "base/currency.hpp"
#include "tenant_db/modules/hr/component_store.hpp"
#include "tenant_db/modules/reports/paged_query.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace bgerp::reports {

namespace {

constexpr const char* run_sql =
    "SELECT id, state, payslips FROM payroll_run WHERE active_period = ?";

// One run's lines are a range of the primary key; the first employee with lines shows nearly all
// codes, but components can be cut off at zero pay, so all lines are looked at.
constexpr const char* components_sql =
    "SELECT DISTINCT component_code FROM payslip_line WHERE run_id = ? ORDER BY component_code";

// Pages along the primary key (run_id, employee_id).
constexpr const char* slips_sql =
    "SELECT employee_id, employee_code, name, department, currency, employed_days, hours, gross, "
    "deductions, employer, net FROM payslip WHERE run_id = ? AND employee_id > ? "
    "ORDER BY employee_id LIMIT ?";

// The same range of the primary key (run_id, employee_id, component_code).
constexpr const char* lines_sql = "SELECT employee_id, component_code, amount FROM payslip_line "
                                  "WHERE run_id = ? AND employee_id > ? AND employee_id <= ?";

constexpr std::size_t head_columns = 7; // up to the gross, before the components
constexpr std::array<const char*, 3> tail_columns{"deductions", "employer", "net"};

} // namespace

struct PayrollRegister::Slip {
    std::uint64_t employee_id = 0;
    int digits = 0;                                // of the currency's minor unit
    std::vector<std::optional<std::string>> cells; // in the order of columns()
};

Result<std::unique_ptr<ReportSource>>
PayrollRegister::open(mysql::Session& session, const hr::PayrollPeriod& period) {
    std::string state;
    const std::string text = period.to_string();
    auto source = session.query_one(run_sql, {text}, [&](const mysql::Row& row) {
        state = row.text(1);
        return std::unique_ptr<PayrollRegister>(new PayrollRegister(row.u64(0), row.u64(2)));
    });
    if (!source) {
        return fail(ErrorCode::not_found, "there is no payroll run of " + text, "period");
    }
    if (state == "draft" || state == "calculating") {
        return fail(
            ErrorCode::conflict,
            "the payroll of " + text + " is not calculated yet",
            "period"
        );
    }
    (*source)->read_components(session);
    return std::move(*source);
}

// In the components' own order, those that the tenant has no longer behind them.
void PayrollRegister::read_components(mysql::Session& session) {
    std::vector<std::string> found;
    session.query(components_sql, {run_id_}, [&](const mysql::Row& row) {
        found.push_back(row.text(0));
    });
    const auto take = [&](const std::string& code) {
        const auto at = std::find(found.begin(), found.end(), code);
        if (at != found.end()) {
            components_.push_back(code);
            found.erase(at);
        }
    };
    if (const auto ordered = hr::load_components(session)) {
        for (const hr::SalaryComponent& component : *ordered) {
            take(component.code);
        }
    }
    components_.insert(components_.end(), found.begin(), found.end());
}

std::vector<ReportColumn> PayrollRegister::columns() const {
    std::vector<ReportColumn> columns{
        {"employee_code", ReportColumnType::text},
        {"name", ReportColumnType::text},
        {"department", ReportColumnType::text},
        {"currency", ReportColumnType::text},
        {"employed_days", ReportColumnType::integer},
        {"hours", ReportColumnType::decimal},
        {"gross", ReportColumnType::decimal}};
    for (const std::string& code : components_) {
        columns.push_back({code, ReportColumnType::decimal});
    }
    for (const char* name : tail_columns) {
        columns.push_back({name, ReportColumnType::decimal});
    }
    return columns;
}

Result<bool> PayrollRegister::next_page(mysql::Session& session, const RowSink& sink) {
    std::vector<Slip> slips = read_slips(session);
    if (slips.empty()) {
        return false;
    }
    read_amounts(session, slips);
    last_employee_id_ = slips.back().employee_id;
    for (const Slip& slip : slips) {
        const std::vector<ReportValue> values(slip.cells.begin(), slip.cells.end());
        if (auto taken = sink(values); !taken) {
            return tl::unexpected<Error>(taken.error());
        }
    }
    return slips.size() == page_rows;
}

std::vector<PayrollRegister::Slip> PayrollRegister::read_slips(mysql::Session& session) const {
    std::vector<Slip> slips;
    session.query(slips_sql, {run_id_, last_employee_id_, page_rows}, [&](const mysql::Row& row) {
        Slip slip;
        slip.employee_id = row.u64(0);
        slip.digits = minor_unit_digits(row.text(4));
        slip.cells.resize(head_columns + components_.size() + tail_columns.size());
        unsigned column = 1;
        for (std::size_t i = 0; i < head_columns; ++i, ++column) {
            slip.cells[i] = row.optional_text(column);
        }
        if (auto& hours = slip.cells[head_columns - 2]) {
            hours = shown_decimal(*hours, 0);
        }
        auto& gross = slip.cells[head_columns - 1];
        gross = shown_decimal(gross.value_or("0"), slip.digits);
        for (std::size_t i = 0; i < tail_columns.size(); ++i, ++column) {
            slip.cells[head_columns + components_.size() + i] =
                shown_decimal(row.text(column), slip.digits);
        }
        slips.push_back(std::move(slip));
    });
    return slips;
}

void PayrollRegister::read_amounts(mysql::Session& session, std::vector<Slip>& slips) const {
    std::unordered_map<std::uint64_t, Slip*> by_employee;
    for (Slip& slip : slips) {
        by_employee.emplace(slip.employee_id, &slip);
    }
    const std::uint64_t last = slips.back().employee_id;
    session.query(lines_sql, {run_id_, last_employee_id_, last}, [&](const mysql::Row& row) {
        const auto slip = by_employee.find(row.u64(0));
        const auto code = std::find(components_.begin(), components_.end(), row.text(1));
        if (slip != by_employee.end() && code != components_.end()) {
            const auto at = static_cast<std::size_t>(code - components_.begin());
            slip->second->cells[head_columns + at] =
                shown_decimal(row.text(2), slip->second->digits);
        }
    });
}

} // namespace bgerp::reports
