#include "tenant_db/modules/hr/payslip_store.hpp"

#include "base/iso_date.hpp"

#include <deque>
#include <unordered_map>

namespace bgerp::hr {

namespace {

// A range of the primary key, read at READ COMMITTED without locks; departments by their primary
// key.
constexpr const char* employees_sql =
    "SELECT e.id, e.employee_code, CONCAT(e.first_name, ' ', e.last_name), d.name, e.hire_date, "
    "e.termination_date, e.pay_type, e.base_salary, e.currency FROM employee e "
    "LEFT JOIN department d ON d.id = e.department_id WHERE e.id > ? AND e.hire_date <= ? "
    "AND (e.termination_date IS NULL OR e.termination_date >= ?) ORDER BY e.id LIMIT ?";

// One range of the primary key (employee_id, work_date) an employee.
constexpr const char* attendance_head = "SELECT employee_id, work_date, hours FROM attendance "
                                        "WHERE work_date BETWEEN ? AND ? AND employee_id IN (";

// Ranges of the primary keys; only rows of this run are locked, which its own row guards anyway.
constexpr const char* delete_payslips_sql =
    "DELETE FROM payslip WHERE run_id = ? AND employee_id > ? AND employee_id <= ?";
constexpr const char* delete_lines_sql =
    "DELETE FROM payslip_line WHERE run_id = ? AND employee_id > ? AND employee_id <= ?";

std::chrono::year_month_day date_of(const std::string& text) {
    const auto date = parse_iso_date(text);
    if (!date) {
        throw Failure(ErrorCode::internal, "a stored date can't be read", text);
    }
    return *date;
}

PayrollEmployee employee_of(const mysql::Row& row) {
    PayrollEmployee employee;
    employee.id = row.u64(0);
    employee.employee_code = row.text(1);
    employee.name = row.text(2);
    employee.department = row.optional_text(3);
    employee.terms.hire_date = date_of(row.text(4));
    if (const auto termination = row.optional_text(5)) {
        employee.terms.termination_date = date_of(*termination);
    }
    employee.terms.pay_type = parse_pay_type(row.text(6)).value();
    employee.terms.base_salary = Decimal::of(row.text(7));
    employee.terms.currency = row.text(8);
    return employee;
}

} // namespace

PayslipStore::PayslipStore()
    : insert_payslips_(
          "INSERT INTO payslip (run_id, employee_id, period, employee_code, name, department, "
          "currency, employed_days, hours, gross, deductions, employer, net, generation)",
          14
      )
    , insert_lines_(
          "INSERT INTO payslip_line (run_id, employee_id, component_code, side, amount)", 5
      ) {}

std::vector<PayrollEmployee> PayslipStore::read_employees(
    mysql::Session& session, PayrollPeriod period, std::uint64_t after_id, std::size_t limit
) const {
    std::vector<PayrollEmployee> employees;
    const std::string first = format_iso_date(period.first_day());
    const std::string last = format_iso_date(period.last_day());
    session.query(employees_sql, {after_id, last, first, limit}, [&](const mysql::Row& row) {
        employees.push_back(employee_of(row));
    });
    read_attendance(session, period, employees);
    return employees;
}

void PayslipStore::read_attendance(
    mysql::Session& session, PayrollPeriod period, std::vector<PayrollEmployee>& employees
) {
    std::unordered_map<std::uint64_t, PayrollEmployee*> hourly;
    const std::string first = format_iso_date(period.first_day());
    const std::string last = format_iso_date(period.last_day());
    mysql::Params params{first, last};
    for (PayrollEmployee& employee : employees) {
        if (employee.terms.pay_type == PayType::hourly) {
            hourly.emplace(employee.id, &employee);
            params.emplace_back(employee.id);
        }
    }
    if (hourly.empty()) {
        return;
    }
    const std::size_t size = padded_lookup(hourly.size());
    params.resize(size + 2, params.back());
    session.query(attendance_head + placeholders(size) + ")", params, [&](const mysql::Row& row) {
        hourly.at(row.u64(0))
            ->attendance.push_back({date_of(row.text(1)), Decimal::of(row.text(2))});
    });
}

void PayslipStore::replace_payslips(
    mysql::Transaction& transaction,
    const PayrollRun& run,
    std::uint64_t after_id,
    std::uint64_t through_id,
    const std::vector<IssuedPayslip>& payslips
) {
    transaction.execute(delete_payslips_sql, {run.id, after_id, through_id});
    transaction.execute(delete_lines_sql, {run.id, after_id, through_id});
    const std::string period = run.period.to_string();
    std::deque<std::string> texts; // what the parameters point into
    const auto text = [&](Decimal amount) -> const std::string& {
        return texts.emplace_back(amount.to_string());
    };
    mysql::Params slips;
    mysql::Params lines;
    for (const auto& [employee, payslip] : payslips) {
        const bool hourly = employee->terms.pay_type == PayType::hourly;
        slips.insert(
            slips.end(),
            {run.id,
             employee->id,
             period,
             employee->employee_code,
             employee->name,
             employee->department,
             employee->terms.currency,
             payslip.employed_days,
             hourly ? mysql::Param(text(payslip.hours)) : mysql::Param(nullptr),
             text(payslip.gross),
             text(payslip.deductions),
             text(payslip.employer),
             text(payslip.net),
             run.generation}
        );
        for (const PayslipLine& line : payslip.lines) {
            lines.insert(
                lines.end(),
                {run.id, employee->id, line.code, component_side_name(line.side), text(line.amount)}
            );
        }
    }
    insert_payslips_.write(transaction, slips);
    insert_lines_.write(transaction, lines);
}

std::uint64_t PayslipStore::last_employee_id(mysql::Session& session) {
    const auto id = session.query_one(
        "SELECT COALESCE(MAX(id), 0) FROM employee",
        {},
        [](const mysql::Row& row) { return row.u64(0); }
    );
    return id.value_or(0);
}

} // namespace bgerp::hr
