#include "base/ids.hpp"
#include "tenant_db/modules/hr/payroll_actions.hpp"
#include "tenant_db/modules/hr/payroll_run_store.hpp"
#include "tenant_db/modules/hr/run_payroll.hpp"
#include "tenant_db/modules/multi_row.hpp"
#include "tests/support/fake_job_control.hpp"
#include "tests/support/module_database.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace bgerp::hr {
namespace {

using testing_support::FakeJobControl;
using testing_support::ModuleDatabase;

Deadline soon() {
    return Deadline::after(std::chrono::seconds(30));
}

class Payroll : public testing::Test {
protected:
    const PayrollPeriod october = value_or_throw(parse_payroll_period("2026-10"));

    void hire(int from, int to, const std::string& terms) {
        for (int i = from; i <= to; ++i) {
            db.execute(
                "INSERT INTO employee (employee_code, first_name, last_name, email, hire_date, "
                "termination_date, pay_type, base_salary, currency) VALUES ('E" +
                std::to_string(i) + "', 'Ada', 'Byron', 'a@b.c', " + terms + ")"
            );
        }
    }

    Result<Json> run(JobControl& control, const std::string& uuid) {
        return run_payroll(db.pool(), control, {october, uuid, std::nullopt});
    }

    Result<Json> run() {
        FakeJobControl control;
        return run(control, new_uuid());
    }

    template <class Fn>
    auto in_transaction(Fn fn) {
        return mysql::with_transaction(db.pool(), soon(), fn);
    }

    Result<void> approve() {
        return in_transaction([&](mysql::Transaction& transaction) {
            return approve_payroll(transaction, october, "tester");
        });
    }

    Result<void> reverse() {
        return in_transaction([&](mysql::Transaction& transaction) {
            return reverse_payroll(transaction, october, "tester");
        });
    }

    Json show() { return value_or_throw(show_run(*db.pool().acquire(soon()), october)); }

    std::string payslips() {
        return db.table(
            "SELECT employee_code, hours, gross, deductions, employer, net, (SELECT "
            "GROUP_CONCAT(component_code, '=', amount ORDER BY component_code) FROM payslip_line l "
            "WHERE l.run_id = p.run_id AND l.employee_id = p.employee_id) FROM payslip p ORDER BY "
            "run_id, employee_id",
            7
        );
    }

    ModuleDatabase db;
};

TEST_F(Payroll, PaysSalariedAndHourlyWithAttendance) {
    hire(1, 1, "'2020-01-01', NULL, 'salaried', 120000, 'USD'");
    hire(2, 2, "'2020-01-01', NULL, 'hourly', 20, 'USD'");
    hire(3, 3, "'2026-11-01', NULL, 'salaried', 120000, 'USD'");
    hire(4, 4, "'2020-01-01', '2026-09-30', 'salaried', 120000, 'USD'");
    db.execute("INSERT INTO attendance (employee_id, work_date, hours) VALUES (2, '2026-10-05', "
               "10), (2, '2026-10-06', 7.5), "
               "(2, '2026-11-02', 8)");
    const auto output = run();
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(
        payslips(),
        "E1|-|10000.0000|3018.3300|620.0000|6981.6700|employer_social_security=620.0000,"
        "income_tax=1753.3300,medicare=145.0000,pension=500.0000,social_security=620.0000\n"
        "E2|17.5000000000|370.0000|46.8100|22.9400|323.1900|employer_social_security=22.9400,"
        "income_tax=0.0000,medicare=5.3700,pension=18.5000,social_security=22.9400\n"
    );
    EXPECT_EQ((*output)["payslips"], 2);
    EXPECT_EQ((*output)["currency"], "USD");
    EXPECT_EQ((*output)["gross"], "10370.00");
    EXPECT_EQ((*output)["net"], "7304.86");
    EXPECT_EQ((*output)["period"], "2026-10");
}

TEST_F(Payroll, ARunStateDecidesWhatMayBeDone) {
    EXPECT_EQ(approve().error().code, ErrorCode::not_found);
    hire(1, 2, "'2020-01-01', NULL, 'salaried', 12000, 'USD'");
    ASSERT_TRUE(run());
    db.execute("UPDATE employee SET base_salary = 24000 WHERE employee_code = 'E1'");
    db.execute("DELETE FROM employee WHERE employee_code = 'E2'");
    const auto again = run();
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)["gross"], "2000.00");
    EXPECT_EQ((*again)["payslips"], 1);
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM payslip_line"), "5");
    ASSERT_TRUE(approve());
    const auto refused = run();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(approve().error().code, ErrorCode::conflict);
    EXPECT_EQ(show()["state"], "approved");
    EXPECT_EQ(show()["approved_by"], "tester");
    ASSERT_TRUE(reverse());
    EXPECT_EQ(show()["state"], "reversed");
    EXPECT_EQ(show()["gross"], "2000.00");
    EXPECT_EQ(reverse().error().code, ErrorCode::conflict);
    ASSERT_TRUE(run());
    EXPECT_EQ(show()["state"], "calculated");
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM payroll_run"), "2");
}

TEST_F(Payroll, SumsEachCurrencyByItself) {
    const auto nobody = run();
    ASSERT_TRUE(nobody);
    EXPECT_EQ((*nobody)["payslips"], 0);
    hire(1, 1, "'2020-01-01', NULL, 'salaried', 12000, 'USD'");
    hire(2, 2, "'2020-01-01', NULL, 'salaried', 1200000, 'JPY'");
    const auto output = run();
    ASSERT_TRUE(output);
    EXPECT_TRUE((*output)["currency"].is_null());
    EXPECT_TRUE((*output)["gross"].is_null());
    EXPECT_EQ((*output)["payslips"], 2);
    ASSERT_EQ((*output)["totals"].size(), 2U);
    EXPECT_EQ((*output)["totals"][0]["gross"], "100000");
    EXPECT_EQ((*output)["totals"][1]["gross"], "1000.00");
}

TEST_F(Payroll, ComponentsAreTheTenantsToEdit) {
    hire(1, 1, "'2020-01-01', NULL, 'salaried', 12000, 'USD'");
    db.execute("INSERT INTO salary_component (code, side, definition, position, active) VALUES "
               "('union_fee', 'employee', '{\"kind\":\"percent_of_gross\",\"rate\":\"1\"}', 1, 1), "
               "('old', 'employee', '{}', 2, 0)");
    const auto output = run();
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ((*output)["deductions"], "10.00");
    db.execute("UPDATE salary_component SET active = 1");
    const auto broken = run();
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, ErrorCode::invalid_argument);
}

TEST_F(Payroll, AnInterruptedRunEndsAsAnUninterruptedOne) {
    in_transaction([](mysql::Transaction& transaction) {
        MultiRow insert(
            "INSERT INTO employee (employee_code, first_name, last_name, email, hire_date, "
            "pay_type, base_salary, currency)",
            8
        );
        std::deque<std::string> codes;
        mysql::Params values;
        for (int i = 0; i < 3500; ++i) {
            codes.push_back("E" + std::to_string(i));
            values.insert(
                values.end(),
                {codes.back(),
                 "Ada",
                 "Byron",
                 "a@b.c",
                 "2020-01-01",
                 i % 2 == 0 ? "salaried" : "hourly",
                 10 + i / 7,
                 "USD"}
            );
        }
        insert.write(transaction, values);
    });
    FakeJobControl whole_control;
    const auto whole = run(whole_control, new_uuid());
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole_control.output(), *whole);
    const std::string whole_payslips = payslips();
    for (const bool by_throwing : {false, true}) {
        for (int step = 1; step <= whole_control.steps(); ++step) {
            SCOPED_TRACE(step);
            const std::string uuid = new_uuid();
            FakeJobControl control;
            control.on_step = [&](int now) -> Result<void> {
                if (now == step && by_throwing) {
                    throw Failure(ErrorCode::unavailable, "the database went away");
                }
                return now == step ? fail(ErrorCode::lease_lost, "not yours") : Result<void>();
            };
            try {
                EXPECT_FALSE(run(control, uuid));
            } catch (const Failure&) {
                EXPECT_TRUE(by_throwing);
            }
            FakeJobControl resumed_control;
            const auto resumed = run(resumed_control, uuid);
            ASSERT_TRUE(resumed);
            EXPECT_EQ(*resumed, *whole);
            EXPECT_EQ(payslips(), whole_payslips);
            // The first call is the opening of the run; steps before the lost one aren't repeated.
            EXPECT_EQ(
                resumed_control.steps(),
                whole_control.steps() - std::min(std::max(step - 2, 0), 3)
            );
        }
    }
}

TEST_F(Payroll, AMissingModuleIsSaidToBeMissing) {
    db.execute("DROP TABLE payroll_run");
    EXPECT_EQ(run().error().code, ErrorCode::not_found);
}

TEST_F(Payroll, AnotherJobTakesTheRunOver) {
    hire(1, 3, "'2020-01-01', NULL, 'salaried', 12000, 'USD'");
    FakeJobControl first;
    bool taken = false;
    first.on_question = [&] {
        if (!taken) {
            taken = true;
            ASSERT_TRUE(run());
        }
    };
    const auto stale = run(first, new_uuid());
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, ErrorCode::lease_lost);
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM payslip"), "3");
}

} // namespace
} // namespace bgerp::hr
