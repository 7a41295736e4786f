// The importer and the payroll against the independent reference (tests/reference), row by row.
#include "base/csv.hpp"
#include "base/decimal.hpp"
#include "base/ids.hpp"
#include "base/process.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/run_import.hpp"
#include "tenant_db/modules/hr/run_payroll.hpp"
#include "tests/support/fake_job_control.hpp"
#include "tests/support/module_database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp {
namespace {

using testing_support::FakeJobControl;
using testing_support::ModuleDatabase;

Deadline soon() {
    return Deadline::after(std::chrono::seconds(60));
}

std::string employees_file() {
    const std::string large = BGERP_SHARED_DATA "/employees_10k.csv";
    return std::filesystem::exists(large) ? large : BGERP_TEST_DATA "/employees_sample.csv";
}

class Reference : public testing::Test {
protected:
    Json reference(const std::string& script, std::vector<std::string> arguments) {
        const std::string out = folder() + "/out.json";
        std::filesystem::remove(out);
        ProcessOptions options;
        options.command = {"python3", BGERP_TEST_REFERENCE "/" + script};
        options.command.insert(options.command.end(), arguments.begin(), arguments.end());
        options.stdout_file = out;
        auto process = value_or_throw(Process::start(options));
        const auto exit = process.wait(soon());
        EXPECT_TRUE(exit && exit->success());
        std::stringstream text;
        text << std::ifstream(out).rdbuf();
        return value_or_throw(parse_json(text.str()));
    }

    std::string folder() {
        std::filesystem::create_directories(db.storage().path("test"));
        return db.storage().path("test");
    }

    Json import_employees() {
        data_import::ImportRecord import;
        import.target = "employees";
        const auto file =
            value_or_throw(db.storage().copy_in(employees_file(), "imports/employees.csv"));
        import.file_name = file.name;
        import.file_bytes = file.bytes;
        const auto id =
            mysql::with_transaction(db.pool(), soon(), [&](mysql::Transaction& transaction) {
                return data_import::insert_import(transaction, import, "x", new_uuid());
            });
        FakeJobControl control;
        return value_or_throw(data_import::run_import(db.pool(), control, db.storage(), id));
    }

    // {"line","field","code"} of each record of the errors file.
    Json errors_in(const std::string& path) {
        auto reader = value_or_throw(CsvReader::open_file(path));
        CsvRecord record;
        Json errors = Json::array();
        for (bool header = true; value_or_throw(reader.next(record)); header = false) {
            const std::size_t columns = record.fields.size();
            if (!header) {
                errors.push_back(
                    {{"line", std::stoi(record.fields[columns - 4])},
                     {"field", record.fields[columns - 3]},
                     {"code", record.fields[columns - 2]}}
                );
            }
        }
        return errors;
    }

    ModuleDatabase db;
};

TEST_F(Reference, TheImportJudgesEveryRowAlike) {
    const Json expected = reference("import_reference.py", {employees_file()});
    const Json output = import_employees();
    EXPECT_EQ(output["rows"], expected["rows"]);
    EXPECT_EQ(output["accepted"], expected["accepted"]);
    EXPECT_EQ(output["rejected"], expected["rejected"]);
    EXPECT_EQ(output["errors"], expected["codes"]);
    EXPECT_GT(output["rejected"], 0);
    const std::string file = output["errors_file"];
    EXPECT_EQ(errors_in(db.storage().path(file)), expected["errors"]);
}

TEST_F(Reference, ThePayrollPaysEverybodyAlike) {
    import_employees();
    const std::string attendance = folder() + "/attendance.csv";
    std::ofstream csv(attendance);
    csv << "employee_code,date,hours\n";
    db.execute("INSERT INTO attendance (employee_id, work_date, hours) SELECT id, '2026-10-05', 8 "
               "+ id % 5 FROM employee "
               "WHERE pay_type = 'hourly' AND id % 3 = 0");
    db.execute("INSERT INTO attendance (employee_id, work_date, hours) SELECT id, '2026-10-17', "
               "7.25 FROM employee "
               "WHERE pay_type = 'hourly' AND id % 6 = 0");
    db.pool().acquire(soon())->query(
        "SELECT employee_code, work_date, hours FROM attendance JOIN employee ON id = employee_id",
        {},
        [&](const mysql::Row& row) {
            csv << row.text(0) << ',' << row.text(1) << ',' << row.text(2) << '\n';
        }
    );
    csv.close();
    for (const std::string period : {"2026-10", "2024-02", "2009-01"}) {
        SCOPED_TRACE(period);
        const Json expected = reference(
            "payroll_reference.py",
            {employees_file(), period, "--attendance", attendance, "--payslips"}
        );
        FakeJobControl control;
        const Json output = value_or_throw(hr::run_payroll(
            db.pool(),
            control,
            {value_or_throw(hr::parse_payroll_period(period)), new_uuid(), std::nullopt}
        ));
        const Json totals =
            expected["totals"].is_array() ? expected["totals"] : Json::array({expected["totals"]});
        ASSERT_EQ(output["totals"].size(), totals.size());
        for (std::size_t i = 0; i < totals.size(); ++i) {
            Json ours = output["totals"][i];
            ours["period"] = period;
            EXPECT_EQ(ours, totals[i]);
        }
        const Json& rows = expected["rows"];
        EXPECT_EQ(output["payslips"], rows.size());
        std::size_t at = 0;
        db.pool().acquire(soon())->query(
            "SELECT employee_code, p.currency, employed_days, p.gross, p.deductions, p.employer, "
            "p.net FROM payslip p JOIN payroll_run r ON r.id = run_id WHERE r.period = ? ORDER BY "
            "employee_id",
            {period},
            [&](const mysql::Row& row) {
                ASSERT_LT(at, rows.size());
                const Json& slip = rows[at++];
                ASSERT_EQ(row.text(0), slip["employee_code"]);
                ASSERT_EQ(row.text(1), slip["currency"]);
                ASSERT_EQ(row.i64(2), slip["employed_days"]);
                unsigned column = 3;
                for (const char* figure : {"gross", "deductions", "employer", "net"}) {
                    ASSERT_EQ(
                        Decimal::of(row.text(column)),
                        Decimal::of(slip[figure].get<std::string>())
                    ) << slip;
                    ++column;
                }
            }
        );
        EXPECT_EQ(at, rows.size());
    }
}

} // namespace
} // namespace bgerp
