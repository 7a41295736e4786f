#include "tenant_db/modules/hr/payroll_run_store.hpp"

#include "base/currency.hpp"
#include "base/decimal.hpp"

namespace bgerp::hr {

namespace {

// Runs into the unique key on active_period when there is a run; two callers at once meet there.
constexpr const char* insert_sql = "INSERT INTO payroll_run (period, state) VALUES (?, 'draft') "
                                   "ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)";

// By the unique key; the row stays locked to the transaction's end.
constexpr const char* lock_sql =
    "SELECT id, state, generation, cursor_employee_id, payslips, job_uuid FROM payroll_run "
    "WHERE active_period = ? FOR UPDATE";

// The writes find one row by its primary key and hold its lock.
constexpr const char* begin_sql =
    "UPDATE payroll_run SET state = 'calculating', generation = ?, cursor_employee_id = 0, "
    "payslips = 0, job_uuid = ? WHERE id = ?";

constexpr const char* cursor_sql =
    "SELECT state, generation, cursor_employee_id FROM payroll_run WHERE id = ? FOR UPDATE";

constexpr const char* save_sql =
    "UPDATE payroll_run SET cursor_employee_id = ?, payslips = ? WHERE id = ?";

// The currency stays NULL when there are several, and the sums mean nothing then.
constexpr const char* calculated_sql =
    "UPDATE payroll_run r JOIN (SELECT COUNT(*) AS payslips, "
    "IF(COUNT(DISTINCT currency) = 1, MIN(currency), NULL) AS currency, "
    "COALESCE(SUM(gross), 0) AS gross, COALESCE(SUM(deductions), 0) AS deductions, "
    "COALESCE(SUM(employer), 0) AS employer, COALESCE(SUM(net), 0) AS net "
    "FROM payslip WHERE run_id = ?) s SET r.state = 'calculated', r.calculated_at = "
    "UTC_TIMESTAMP(6), r.payslips = s.payslips, r.currency = s.currency, r.gross = s.gross, "
    "r.deductions = s.deductions, r.employer = s.employer, r.net = s.net WHERE r.id = ?";

constexpr const char* approve_sql =
    "UPDATE payroll_run SET state = 'approved', approved_at = UTC_TIMESTAMP(6), approved_by = ? "
    "WHERE id = ?";

constexpr const char* reverse_sql =
    "UPDATE payroll_run SET state = 'reversed', reversed_at = UTC_TIMESTAMP(6), reversed_by = ? "
    "WHERE id = ?";

// One run's payslips are a range of the primary key.
constexpr const char* totals_sql =
    "SELECT currency, COUNT(*), SUM(gross), SUM(deductions), SUM(employer), SUM(net) "
    "FROM payslip WHERE run_id = ? GROUP BY currency ORDER BY currency";

constexpr const char* newest_sql =
    "SELECT id, state, generation, approved_by, DATE_FORMAT(approved_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "reversed_by, DATE_FORMAT(reversed_at, '%Y-%m-%dT%H:%i:%sZ'), job_uuid "
    "FROM payroll_run WHERE period = ? ORDER BY id DESC LIMIT 1";

constexpr const char* list_sql =
    "SELECT period, state, payslips, DATE_FORMAT(calculated_at, '%Y-%m-%dT%H:%i:%sZ') "
    "FROM payroll_run ORDER BY id DESC LIMIT ?";

Json optional_json(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

std::string amount(const std::string& stored, const std::string& currency) {
    return Decimal::of(stored).to_string(minor_unit_digits(currency));
}

Json total_of(const mysql::Row& row) {
    const std::string currency = row.text(0);
    return {
        {"currency", currency},
        {"payslips", row.u64(1)},
        {"gross", amount(row.text(2), currency)},
        {"deductions", amount(row.text(3), currency)},
        {"employer", amount(row.text(4), currency)},
        {"net", amount(row.text(5), currency)}};
}

Json totals_json(mysql::Session& session, std::uint64_t run_id, const std::string& period) {
    Json totals = Json::array();
    std::uint64_t payslips = 0;
    session.query(totals_sql, {run_id}, [&](const mysql::Row& row) {
        totals.push_back(total_of(row));
        payslips += row.u64(1);
    });
    Json json{{"period", period}, {"currency", nullptr}, {"payslips", payslips}};
    for (const char* figure : {"gross", "deductions", "employer", "net"}) {
        json[figure] = totals.empty() ? Json("0.00") : Json();
    }
    if (totals.size() == 1) {
        json.update(totals.front());
    }
    json["totals"] = std::move(totals);
    return json;
}

} // namespace

PayrollRun lock_or_insert_run(mysql::Transaction& transaction, const PayrollPeriod& period) {
    transaction.execute(insert_sql, {period.to_string()});
    return value_or_throw(lock_active_run(transaction, period));
}

Result<PayrollRun> lock_active_run(mysql::Transaction& transaction, const PayrollPeriod& period) {
    const std::string text = period.to_string();
    auto run = transaction.query_one(lock_sql, {text}, [&](const mysql::Row& row) {
        return PayrollRun{
            row.u64(0),
            period,
            row.text(1),
            row.u64(2),
            row.u64(3),
            row.u64(4),
            row.optional_text(5).value_or("")};
    });
    if (!run) {
        return fail(ErrorCode::not_found, "there is no payroll run of " + text, "period");
    }
    return std::move(*run);
}

void begin_generation(
    mysql::Transaction& transaction, PayrollRun& run, const std::string& job_uuid
) {
    if (run.state != "draft") {
        ++run.generation;
    }
    run.state = "calculating";
    run.cursor_employee_id = 0;
    run.payslips = 0;
    run.job_uuid = job_uuid;
    transaction.execute(begin_sql, {run.generation, job_uuid, run.id});
}

Result<void> lock_cursor(mysql::Transaction& transaction, const PayrollRun& run) {
    const auto unmoved = transaction.query_one(cursor_sql, {run.id}, [&](const mysql::Row& row) {
        return row.text(0) == "calculating" && row.u64(1) == run.generation &&
               row.u64(2) == run.cursor_employee_id;
    });
    if (!unmoved.value_or(false)) {
        return fail(ErrorCode::lease_lost, "somebody else calculates this payroll now");
    }
    return {};
}

void save_cursor(mysql::Transaction& transaction, const PayrollRun& run) {
    transaction.execute(save_sql, {run.cursor_employee_id, run.payslips, run.id});
}

void mark_calculated(mysql::Transaction& transaction, const PayrollRun& run) {
    transaction.execute(calculated_sql, {run.id, run.id});
}

void mark_approved(
    mysql::Transaction& transaction, std::uint64_t run_id, const std::string& approved_by
) {
    transaction.execute(approve_sql, {approved_by, run_id});
}

void mark_reversed(
    mysql::Transaction& transaction, std::uint64_t run_id, const std::string& reversed_by
) {
    transaction.execute(reverse_sql, {reversed_by, run_id});
}

Result<Json> show_run(mysql::Session& session, const PayrollPeriod& period) {
    const std::string text = period.to_string();
    std::uint64_t id = 0;
    const auto about = session.query_one(newest_sql, {text}, [&](const mysql::Row& row) {
        id = row.u64(0);
        return Json{
            {"state", row.text(1)},
            {"generation", row.u64(2)},
            {"approved_by", optional_json(row.optional_text(3))},
            {"approved_at", optional_json(row.optional_text(4))},
            {"reversed_by", optional_json(row.optional_text(5))},
            {"reversed_at", optional_json(row.optional_text(6))},
            {"job", optional_json(row.optional_text(7))}};
    });
    if (!about) {
        return fail(ErrorCode::not_found, "there is no payroll run of " + text, "period");
    }
    Json json = totals_json(session, id, text);
    json.update(*about);
    return json;
}

Json register_totals(mysql::Session& session, const PayrollRun& run) {
    return totals_json(session, run.id, run.period.to_string());
}

std::vector<Json> list_runs(mysql::Session& session, std::size_t limit) {
    std::vector<Json> runs;
    session.query(list_sql, {limit}, [&](const mysql::Row& row) {
        runs.push_back(
            {{"period", row.text(0)},
             {"state", row.text(1)},
             {"payslips", row.u64(2)},
             {"calculated_at", optional_json(row.optional_text(3))}}
        );
    });
    return runs;
}

} // namespace bgerp::hr
