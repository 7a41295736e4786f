#include "tenant_db/modules/reports/hr_reports.hpp"

#include "tenant_db/modules/reports/paged_query.hpp"
#include "tenant_db/modules/reports/payroll_register.hpp"

namespace bgerp::reports {

namespace {

using Source = Result<std::unique_ptr<ReportSource>>;

// Pages of departments by their primary key; their employees by the index employee_department.
// Nobody's department (NULL) is a last page of its own, with the greatest key there is.
constexpr const char* headcount_sql =
    "SELECT p.id, p.name, "
    "COALESCE(SUM(e.hire_date <= p.day AND (e.termination_date IS NULL OR "
    "e.termination_date >= p.day)), 0), COUNT(e.id) "
    "FROM (SELECT id, name, COALESCE(NULLIF(?, ''), UTC_DATE()) AS day FROM department "
    "WHERE id > ? ORDER BY id LIMIT ?) p "
    "LEFT JOIN employee e ON e.department_id = p.id GROUP BY p.id, p.name, p.day ORDER BY p.id";

constexpr const char* without_department_sql =
    "SELECT COALESCE(SUM(e.hire_date <= d.day AND (e.termination_date IS NULL OR "
    "e.termination_date >= d.day)), 0), COUNT(*) "
    "FROM employee e JOIN (SELECT COALESCE(NULLIF(?, ''), UTC_DATE()) AS day) d "
    "WHERE e.department_id IS NULL";

// Pages along the primary key.
constexpr const char* employees_sql =
    "SELECT e.id, e.employee_code, e.first_name, e.last_name, e.email, d.name, e.job_title, "
    "e.hire_date, e.termination_date, e.pay_type, e.base_salary, e.currency, e.bank_account "
    "FROM employee e LEFT JOIN department d ON d.id = e.department_id "
    "WHERE e.id > ? ORDER BY e.id LIMIT ?";

const std::vector<ReportColumn>& headcount_columns() {
    static const std::vector<ReportColumn> columns{
        {"department", ReportColumnType::text},
        {"headcount", ReportColumnType::integer},
        {"all_time", ReportColumnType::integer},
    };
    return columns;
}

class HeadcountSource final : public ReportSource {
public:
    explicit HeadcountSource(std::string day)
        : day_(std::move(day))
        , departments_(headcount_sql, headcount_columns(), {day_}) {}

    [[nodiscard]] std::vector<ReportColumn> columns() const override { return headcount_columns(); }

    [[nodiscard]] Result<bool> next_page(mysql::Session& session, const RowSink& sink) override {
        auto more = departments_.next_page(session, sink);
        if (!more || *more) {
            return more;
        }
        Result<void> taken;
        session.query(without_department_sql, {day_}, [&](const mysql::Row& row) {
            const std::string headcount = row.text(0);
            const std::string all_time = row.text(1);
            if (all_time != "0") {
                const std::vector<ReportValue> values{std::nullopt, headcount, all_time};
                taken = sink(values);
            }
        });
        if (!taken) {
            return tl::unexpected<Error>(taken.error());
        }
        return false;
    }

private:
    const std::string day_; // empty: today
    PagedQuery departments_;
};

} // namespace

Source open_payroll_register(mysql::Session& session, const Json& parameters) {
    const auto period =
        value_or_throw(hr::parse_payroll_period(parameters.value("period", std::string())));
    return PayrollRegister::open(session, period);
}

Source open_headcount(mysql::Session& /*session*/, const Json& parameters) {
    return std::make_unique<HeadcountSource>(parameters.value("date", std::string()));
}

Source open_employee_list(mysql::Session& /*session*/, const Json& /*parameters*/) {
    return std::make_unique<PagedQuery>(
        employees_sql,
        std::vector<ReportColumn>{
            {"employee_code", ReportColumnType::text},
            {"first_name", ReportColumnType::text},
            {"last_name", ReportColumnType::text},
            {"email", ReportColumnType::text},
            {"department", ReportColumnType::text},
            {"job_title", ReportColumnType::text},
            {"hire_date", ReportColumnType::date},
            {"termination_date", ReportColumnType::date},
            {"pay_type", ReportColumnType::text},
            {"base_salary", ReportColumnType::decimal},
            {"currency", ReportColumnType::text},
            {"bank_account", ReportColumnType::text}}
    );
}

} // namespace bgerp::reports
