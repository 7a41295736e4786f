#include "base/ids.hpp"
#include "tenant_db/modules/hr/run_payroll.hpp"
#include "tenant_db/modules/multi_row.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/modules/reports/report_catalog.hpp"
#include "tenant_db/modules/reports/report_store.hpp"
#include "tests/support/fake_job_control.hpp"
#include "tests/support/module_database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp::reports {
namespace {

using testing_support::FakeJobControl;
using testing_support::ModuleDatabase;

Deadline soon() {
    return Deadline::after(std::chrono::seconds(30));
}

class Reports : public testing::Test {
protected:
    Result<ReportRequest> request(const Json& json) {
        return parse_request(*db.pool().acquire(soon()), json);
    }

    std::string made(const Json& json) {
        FakeJobControl control;
        const std::string uuid = new_uuid();
        const auto output =
            build_report(db.pool(), control, db.storage(), value_or_throw(request(json)), uuid);
        EXPECT_TRUE(output) << output.error().message;
        if (!output) {
            return output.error().message;
        }
        EXPECT_EQ(control.output(), *output);
        const auto file = find_report_file(*db.pool().acquire(soon()), uuid);
        EXPECT_TRUE(file);
        EXPECT_EQ(file->rows, (*output)["rows"]);
        std::stringstream text;
        text << std::ifstream(db.storage().path(file->path), std::ios::binary).rdbuf();
        EXPECT_EQ(file->bytes, text.str().size());
        return text.str();
    }

    void sell(int invoice, int customer, const std::string& country, const std::string& total) {
        db.execute(
            "INSERT INTO invoice (invoice_id, customer_id, invoice_date, billing_country, total) "
            "VALUES (" +
            std::to_string(invoice) + ", " + std::to_string(customer) + ", '2026-01-02', " +
            country + ", " + total + ")"
        );
    }

    ModuleDatabase db;
};

TEST_F(Reports, TheRegisterListsEveryPayslipWithItsComponents) {
    db.execute("INSERT INTO department (id, name) VALUES (1, 'Research')");
    db.execute("INSERT INTO employee (employee_code, first_name, last_name, email, department_id, "
               "hire_date, pay_type, base_salary, currency) VALUES "
               "('E1', 'Ada', 'Byron', 'a@b.c', 1, '2020-01-01', 'salaried', 120000, 'USD'), "
               "('E2', 'Bo', 'Li', 'a@b.c', NULL, '2020-01-01', 'hourly', 1000, 'JPY')");
    FakeJobControl control;
    const auto period = value_or_throw(hr::parse_payroll_period("2026-10"));
    ASSERT_TRUE(hr::run_payroll(db.pool(), control, {period, new_uuid(), std::nullopt}));
    EXPECT_EQ(
        made({{"report", "payroll_register"}, {"parameters", {{"period", "2026-10"}}}}),
        "employee_code,name,department,currency,employed_days,hours,gross,pension,social_security,"
        "medicare,income_tax,employer_social_security,deductions,employer,net\n"
        "E1,Ada Byron,Research,USD,31,,10000.00,500.00,620.00,145.00,1753.33,620.00,3018.33,620.00,"
        "6981.67\n"
        "E2,Bo Li,,JPY,31,176,176000,8800,871,2552,52217,871,64440,871,111560\n"
    );
    const auto none = request({{"report", "payroll_register"}});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().field, "period");
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM report_file"), "1");
}

TEST_F(Reports, SalesByCountryAreTheDatabasesOwnSums) {
    sell(1, 1, "'Norway'", "1.98");
    sell(2, 2, "'Germany'", "0.02");
    sell(3, 1, "'norway'", "10");
    sell(4, 1, "NULL", "-1.5");
    EXPECT_EQ(
        made({{"report", "sales_by_country"}}),
        "country,invoices,total\n,1,-1.50\nGermany,1,0.02\nNorway,2,11.98\n"
    );
    EXPECT_EQ(
        made({{"report", "top_customers"}, {"parameters", {{"limit", 1}}}, {"format", "json"}}),
        made({{"report", "top_customers"}, {"parameters", {{"limit", "1"}}}, {"format", "json"}})
    );
    const Json top = value_or_throw(parse_json(
        made({{"report", "top_customers"}, {"parameters", {{"limit", 1}}}, {"format", "json"}})
    ));
    EXPECT_EQ(to_text(top).find("\"total\":\"10.48\"") != std::string::npos, true) << top;
}

TEST_F(Reports, HeadcountLooksAtOneDay) {
    db.execute("INSERT INTO department (id, name) VALUES (1, 'Research'), (2, 'Empty')");
    db.execute("INSERT INTO employee (employee_code, first_name, last_name, email, department_id, "
               "hire_date, termination_date, pay_type, base_salary, currency) VALUES "
               "('E1', 'A', 'B', 'a@b.c', 1, '2020-01-01', NULL, 'salaried', 1, 'USD'), "
               "('E2', 'A', 'B', 'a@b.c', 1, '2020-01-01', '2020-12-31', 'salaried', 1, 'USD'), "
               "('E3', 'A', 'B', 'a@b.c', NULL, '2020-01-01', NULL, 'salaried', 1, 'USD')");
    EXPECT_EQ(
        made({{"report", "headcount_by_department"}, {"parameters", {{"date", "2020-12-31"}}}}),
        "department,headcount,all_time\nResearch,2,2\nEmpty,0,0\n,1,1\n"
    );
    EXPECT_EQ(
        made({{"report", "headcount_by_department"}}),
        "department,headcount,all_time\nResearch,1,2\nEmpty,0,0\n,1,1\n"
    );
}

TEST_F(Reports, PagesMeetWithoutGapOrOverlap) {
    const std::size_t count = 2 * page_rows + 3;
    mysql::with_transaction(db.pool(), soon(), [&](mysql::Transaction& transaction) {
        MultiRow insert("INSERT INTO invoice (invoice_id, customer_id, invoice_date, total)", 4);
        mysql::Params values;
        for (std::size_t i = 0; i < count; ++i) {
            values.insert(values.end(), {i * 3, 1, "2026-01-01", "1.10"});
        }
        insert.write(transaction, values);
    });
    const std::string text = made({{"report", "invoices"}});
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    for (std::size_t i = 0; i < count; ++i) {
        std::getline(lines, line);
        ASSERT_EQ(line, std::to_string(i * 3) + ",1,2026-01-01T00:00:00,,,,,,1.10");
    }
    EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(Reports, NothingIsLeftBehindWithoutTheJobsEnd) {
    sell(1, 1, "'Norway'", "1.98");
    FakeJobControl control;
    control.on_step = [](int) -> Result<void> { return fail(ErrorCode::lease_lost, "not yours"); };
    const auto output = build_report(
        db.pool(),
        control,
        db.storage(),
        value_or_throw(request({{"report", "sales_by_country"}})),
        new_uuid()
    );
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::lease_lost);
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM report_file"), "0");
    EXPECT_TRUE(std::filesystem::is_empty(db.storage().path("reports")));
}

TEST_F(Reports, RequestsAreChecked) {
    const auto field_of = [&](const Json& json) {
        const auto checked = request(json);
        return checked ? "accepted" : checked.error().field;
    };
    EXPECT_EQ(field_of({{"report", "nix"}}), "report");
    EXPECT_EQ(
        field_of({{"report", "sales_by_country"}, {"parameters", {{"country", "x"}}}}),
        "country"
    );
    EXPECT_EQ(field_of({{"report", "top_customers"}, {"parameters", {{"limit", 0}}}}), "limit");
    EXPECT_EQ(
        field_of({{"report", "payroll_register"}, {"parameters", {{"period", "2026-13"}}}}),
        "period"
    );
    EXPECT_EQ(field_of({{"report", "invoices"}, {"format", "pdf"}}), "format");
}

TEST_F(Reports, SavedReportsAreRunByName) {
    const auto connection = db.pool().acquire(soon());
    ASSERT_TRUE(save_report(
        *connection,
        {"best", "top_customers", {{"limit", 3}}, ReportFormat::json},
        "tester"
    ));
    const auto saved = request({{"report", "best"}});
    ASSERT_TRUE(saved);
    EXPECT_EQ(saved->parameters, Json({{"limit", 3}}));
    EXPECT_EQ(saved->format, ReportFormat::json);
    const auto changed =
        request({{"report", "best"}, {"parameters", {{"limit", 4}}}, {"format", "csv"}});
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->parameters, Json({{"limit", 4}}));
    EXPECT_FALSE(save_report(*connection, {"bad", "top_customers", {{"x", 3}}, {}}, "tester"));
    ASSERT_TRUE(delete_saved_report(*connection, "best"));
    EXPECT_EQ(delete_saved_report(*connection, "best").error().code, ErrorCode::not_found);
}

// S8: what is saved with a relative word is made for the month it is made in.
TEST_F(Reports, ASavedReportMayNameItsMonthRelatively) {
    const auto connection = db.pool().acquire(soon());
    ASSERT_TRUE(save_report(
        *connection,
        {"slips", "payroll_register", {{"period", "last_month"}}, ReportFormat::csv},
        "tester"
    ));
    EXPECT_EQ(list_saved_reports(*connection).at(0).parameters, (Json{{"period", "last_month"}}));
    const auto request_now = request({{"report", "slips"}});
    ASSERT_TRUE(request_now);
    EXPECT_EQ(
        request_now->parameters["period"],
        db.value("SELECT DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL 1 MONTH, '%Y-%m')")
    );
    const ReportDefinition& headcount = **find_report("headcount_by_department");
    const auto on = [&](const char* word) {
        using std::chrono::year;
        return resolve_parameters(headcount, {{"date", word}}, year(2026) / 1 / 1)["date"];
    };
    EXPECT_EQ(on("today"), "2026-01-01");
    EXPECT_EQ(on("yesterday"), "2025-12-31");
    EXPECT_EQ(on("2024-02-29"), "2024-02-29");
    const ReportDefinition& slips = **find_report("payroll_register");
    const auto month = [&](const char* word) {
        using std::chrono::year;
        return resolve_parameters(slips, {{"period", word}}, year(2026) / 1 / 31)["period"];
    };
    EXPECT_EQ(month("last_month"), "2025-12");
    EXPECT_EQ(month("this_month"), "2026-01");
}

TEST_F(Reports, AMissingModuleIsSaidToBeMissing) {
    db.execute("DROP TABLE invoice");
    FakeJobControl control;
    const auto output = build_report(
        db.pool(),
        control,
        db.storage(),
        value_or_throw(request({{"report", "invoices"}})),
        new_uuid()
    );
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ErrorCode::not_found);
    EXPECT_NE(output.error().message.find("sales"), std::string::npos);
}

} // namespace
} // namespace bgerp::reports
