// The main job as people and scripts run it: import, payroll, report, with a worker beside.
#include "base/csv.hpp"
#include "base/process.hpp"
#include "tests/support/cli_runner.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::CliResult;
using testing_support::CliRunner;

constexpr const char* header =
    "employee_code,first_name,last_name,email,department,job_title,hire_date,termination_date,"
    "pay_type,base_salary,currency,bank_account\n";

class ModulesCli : public testing::Test {
protected:
    ModulesCli() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--name", "Acme"}).status, 0);
    }

    // In a group of its own, killed with the test.
    Process start_worker() {
        ProcessOptions options;
        options.command = {BGERP_WORKER, "--config", cli_.config_file(), "acme"};
        options.stderr_file = file("worker.log");
        return value_or_throw(Process::start(options));
    }

    std::string file(const std::string& name) { return cli_.database().folder() + "/" + name; }

    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(file(name), std::ios::binary) << text;
        return file(name);
    }

    std::string read(const std::string& name) {
        std::stringstream text;
        text << std::ifstream(file(name), std::ios::binary).rdbuf();
        return text.str();
    }

    /// As soon as it has run a job: whoever waits for one is told, after seconds, when no worker is
    /// there.
    void wait_for_worker() {
        const std::string uuid = cli_.json({"job", "push", "acme", "noop"}).json()["uuid"];
        ASSERT_EQ(cli_.run({"job", "wait", "acme", uuid}).status, 0) << read("worker.log");
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(ModulesCli, ImportPayrollRegister) {
    const Process worker = start_worker();
    wait_for_worker();
    const std::string employees = write(
        "employees.csv",
        std::string(header) +
            "E1,Ada,Byron,ada@example.com,Research,,2020-01-01,,salaried,120000,USD,\n"
            "E1,Ada,Byron,ada@example.com,Research,,2020-01-01,,salaried,120000,USD,\n"
            "E2,Bo,Li,nobody,,,2020-01-01,,hourly,20,USD,\n"
    );
    const CliResult imported = cli_.json(
        {"import", "acme", employees, "--to", "employees", "--errors", file("errors.csv"), "--wait"}
    );
    ASSERT_EQ(imported.status, 0) << imported.remarks << read("worker.log");
    EXPECT_EQ(imported.json()["rows"], 3);
    EXPECT_EQ(imported.json()["accepted"], 1);
    EXPECT_EQ(imported.json()["rejected"], 2);
    EXPECT_EQ(imported.json()["errors"], Json({{"duplicate_in_file", 1}, {"invalid_email", 1}}));
    EXPECT_THAT(imported.remarks, IsEmpty()) << "nothing but the result, away from a terminal";
    EXPECT_THAT(read("errors.csv"), HasSubstr("E2,Bo,Li,nobody,,,2020-01-01,,hourly,20,USD,,4,"));

    const CliResult paid = cli_.json({"payroll", "run", "acme", "--period", "2026-10", "--wait"});
    ASSERT_EQ(paid.status, 0) << paid.remarks;
    const Json expected{
        {"period", "2026-10"},
        {"currency", "USD"},
        {"payslips", 1},
        {"gross", "10000.00"},
        {"deductions", "3018.33"},
        {"employer", "620.00"},
        {"net", "6981.67"}};
    for (const auto& [key, value] : expected.items()) {
        EXPECT_EQ(paid.json()[key], value) << key;
    }

    const CliResult written = cli_.json(
        {"report",
         "run",
         "acme",
         "payroll_register",
         "--param",
         "period=2026-10",
         "--format",
         "csv",
         "-o",
         file("register.csv")}
    );
    ASSERT_EQ(written.status, 0) << written.remarks;
    EXPECT_EQ(written.json()["rows"], 1);
    EXPECT_THAT(read("register.csv"), HasSubstr("E1,Ada Byron,Research,USD,31,,10000.00,500.00,"));

    EXPECT_EQ(cli_.run({"payroll", "approve", "acme", "--period", "2026-10"}).status, 0);
    const CliResult refused =
        cli_.json({"payroll", "run", "acme", "--period", "2026-10", "--wait"});
    EXPECT_EQ(refused.status, 4);
    EXPECT_EQ(refused.json()["error"]["code"], "conflict");
    const CliResult reversed = cli_.json({"payroll", "reverse", "acme", "--period", "2026-10"});
    EXPECT_EQ(reversed.json()["state"], "reversed");
    EXPECT_EQ(cli_.run({"payroll", "approve", "acme", "--period", "2026-10"}).status, 4);
    EXPECT_EQ(cli_.run({"payroll", "run", "acme", "--period", "2026-10", "--wait"}).status, 0);
}

TEST_F(ModulesCli, ADamagedFileFailsTheJobForGood) {
    const Process worker = start_worker();
    const std::string broken = write("broken.csv", std::string(header) + "E1,\"Ada\"x,Byron\n");
    const CliResult result = cli_.json({"import", "acme", broken, "--to", "employees", "--wait"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.json()["error"]["message"].get<std::string>(), HasSubstr("line 2"));
    const Json failed = cli_.json({"failed", "list", "acme"}).json();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0]["kind"], "import.load");
}

TEST_F(ModulesCli, WaitingSaysThatNoWorkerRunsAndCanBeLeft) {
    const std::string employees = write("employees.csv", header);
    ProcessOptions options;
    options.command = {
        BGERP_PROGRAM,
        "--config",
        cli_.config_file(),
        "import",
        "acme",
        employees,
        "--to",
        "employees",
        "--wait"};
    options.stderr_file = file("waiting.log");
    options.stdout_file = file("waiting.out");
    Process waiting = value_or_throw(Process::start(options));
    ASSERT_TRUE(testing_support::eventually([&] {
        return read("waiting.log").find("no worker is running") != std::string::npos;
    }));
    waiting.signal_group(SIGINT);
    const auto exit = waiting.wait(Deadline::after(std::chrono::seconds(30)));
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->status, 1);
    EXPECT_THAT(read("waiting.log"), HasSubstr("bgerp job wait acme"));
    const Json jobs = cli_.json({"job", "list", "acme"}).json();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0]["state"], "available");
    const std::string uuid = jobs[0]["uuid"];
    EXPECT_EQ(cli_.run({"job", "wait", "acme", uuid, "--timeout", "1s"}).status, 1);
    EXPECT_EQ(cli_.json({"job", "cancel", "acme", uuid}).json()["state"], "cancelled");
    EXPECT_EQ(cli_.run({"job", "wait", "acme", uuid}).status, 1);
}

TEST_F(ModulesCli, WrongInputIsRefusedBeforeAnyJobIsMade) {
    const std::string employees = write("employees.csv", header);
    const auto status_of = [&](const std::vector<std::string>& arguments) {
        return cli_.run(arguments).status;
    };
    EXPECT_EQ(status_of({"import", "nobody", employees, "--to", "employees"}), 3);
    EXPECT_EQ(status_of({"import", "acme", file("none.csv"), "--to", "employees"}), 3);
    EXPECT_EQ(status_of({"import", "acme", employees, "--to", "shoes"}), 1);
    EXPECT_EQ(status_of({"payroll", "show", "acme", "--period", "2026-10"}), 3);
    EXPECT_EQ(status_of({"payroll", "run", "acme"}), 2);
    const CliResult month = cli_.json({"payroll", "run", "acme", "--period", "2026-13"});
    EXPECT_EQ(month.status, 1);
    EXPECT_EQ(month.json()["error"]["field"], "period");
    const CliResult kind = cli_.json({"job", "push", "acme", "make.coffee"});
    EXPECT_EQ(kind.status, 1);
    EXPECT_EQ(kind.json()["error"]["field"], "kind");
    EXPECT_THAT(kind.remarks, HasSubstr("import.load"));
    EXPECT_EQ(status_of({"report", "run", "acme", "payroll_register"}), 1);
    EXPECT_EQ(status_of({"report", "run", "acme", "weather"}), 3);
    EXPECT_TRUE(cli_.json({"job", "list", "acme"}).json().empty());
    EXPECT_FALSE(std::filesystem::exists(cli_.database().config().storage.dir + "/acme/imports"));
}

TEST_F(ModulesCli, JobsCanBePushedSeenAndCleared) {
    const CliResult pushed =
        cli_.json({"job", "push", "acme", "noop", "--priority", "3", "--queue", "mail"});
    ASSERT_EQ(pushed.status, 0) << pushed.remarks;
    const Json job = pushed.json();
    EXPECT_EQ(job["state"], "available");
    EXPECT_EQ(job["kind"], "noop");
    EXPECT_EQ(job["queue"], "mail");
    EXPECT_EQ(job["priority"], 3);
    const Json later = cli_.json({"job", "push", "acme", "noop", "--delay", "5m"}).json();
    EXPECT_EQ(later["state"], "scheduled");
    EXPECT_EQ(cli_.json({"queue", "stats", "acme"}).json().size(), 2U);
    EXPECT_EQ(cli_.json({"queue", "clear", "acme", "mail"}).json()["cleared"], 1);
    EXPECT_EQ(
        cli_.json({"job", "show", "acme", job["uuid"].get<std::string>()}).json()["state"],
        "cancelled"
    );
}

TEST_F(ModulesCli, SavedReportsAreRunByName) {
    EXPECT_EQ(cli_.json({"seed", "acme", "--employees", "30", "--invoices", "40"}).status, 0);
    EXPECT_EQ(
        cli_.run({"report",
                  "save",
                  "acme",
                  "best",
                  "--report",
                  "top_customers",
                  "--param",
                  "limit=2",
                  "--format",
                  "json"})
            .status,
        0
    );
    const CliResult best = cli_.run({"report", "run", "acme", "best"});
    EXPECT_EQ(value_or_throw(parse_json(best.out)).size(), 2U) << best.out;
    EXPECT_EQ(cli_.run({"report", "delete", "acme", "best"}).status, 0);
    EXPECT_EQ(cli_.run({"report", "run", "acme", "best"}).status, 3);
}

} // namespace
} // namespace bgerp
