// Imports, payroll and reports over the API, up to the job that does the work.
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/reports/report_store.hpp"
#include "tenant_db/storage.hpp"
#include "tests/api/api_fixture.hpp"

#include <filesystem>
#include <fstream>

namespace bgerp::server {
namespace {

namespace fs = std::filesystem;

constexpr const char* csv = "employee_code,first_name,last_name,email,hire_date,pay_type,"
                            "base_salary,currency\nE1,Ann,Bee,ann@acme.example,2020-01-01,"
                            "salaried,60000,USD\n";

class Modules : public ApiTest {
protected:
    Answer upload(const std::string& query, const std::string& body, const std::string& key = {}) {
        Ask request{token_};
        request.body = body;
        request.content_type = "text/csv";
        if (!key.empty()) {
            request.headers = {{"Idempotency-Key", key}};
        }
        return ask("POST", "/api/v1/imports" + query, request);
    }

    // What a folder of acme's storage holds.
    std::vector<fs::path> files(const std::string& folder) {
        const fs::path path = fs::path(config_.storage.dir) / "acme" / folder;
        std::vector<fs::path> found;
        if (fs::exists(path)) {
            for (const auto& entry : fs::directory_iterator(path)) {
                found.push_back(entry.path());
            }
        }
        return found;
    }
};

TEST_F(Modules, AnUploadBecomesAnImportAndAJob) {
    start();
    const Answer made = upload("?to=employees&mode=upsert&dry_run=true&name=staff.csv", csv);
    ASSERT_EQ(made.status, 202) << made.raw.body;
    const Answer shown = get(made.raw.header("location"));
    EXPECT_EQ(shown.json["target"], "employees");
    EXPECT_EQ(shown.json["mode"], "upsert");
    EXPECT_EQ(shown.json["state"], "pending");
    EXPECT_EQ(
        get("/api/v1/jobs/" + made.json["job"].get<std::string>()).json["kind"],
        "import.load"
    );
    EXPECT_EQ(get("/api/v1/imports").json["imports"].size(), 1U);
    ASSERT_EQ(files("imports").size(), 1U);
    std::ifstream stored(files("imports").front());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stored), {}), csv);
    EXPECT_TRUE(files("incoming").empty());
    EXPECT_EQ(get(made.raw.header("location") + "/errors").status, 404) << "none so far";
}

TEST_F(Modules, AnImportEndsWithItsJob) {
    start();
    const Answer made = upload("?to=employees", csv);
    ASSERT_EQ(made.status, 202) << made.raw.body;
    const std::string job = "/api/v1/jobs/" + made.json["job"].get<std::string>();
    EXPECT_EQ(ask("DELETE", job, {token_}).json["state"], "cancelled");
    const Json shown = get(made.raw.header("location")).json;
    EXPECT_EQ(shown["state"], "cancelled");
    EXPECT_FALSE(shown["finished_at"].is_null());
    EXPECT_EQ(get("/api/v1/imports").json["imports"][0]["state"], "cancelled");
    mysql::Connection(platform_.database().admin(tenants_[0].database))
        .execute_text("DELETE FROM job_run");
    EXPECT_EQ(get(made.raw.header("location")).json["state"], "failed") << "nobody remembers why";
}

TEST_F(Modules, ARefusedUploadLeavesNothing) {
    start();
    EXPECT_EQ(upload("", csv).field(), "to");
    EXPECT_EQ(upload("?to=planets", csv).status, 422);
    EXPECT_EQ(upload("?to=employees&mode=replace", csv).status, 422);
    EXPECT_EQ(upload("?to=employees&dry_run=perhaps", csv).field(), "dry_run");
    EXPECT_EQ(upload("?to=employees&map=%7B", csv).field(), "map");
    EXPECT_EQ(upload("?to=employees", "").status, 422);
    EXPECT_TRUE(files("incoming").empty());
    EXPECT_TRUE(files("imports").empty());
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM data_import"), 0);
}

TEST_F(Modules, ARepeatedUploadIsOneImport) {
    start();
    const Answer first = upload("?to=employees", csv, "upload-1");
    const Answer second = upload("?to=employees", csv, "upload-1");
    EXPECT_EQ(first.status, 202) << first.raw.body;
    EXPECT_EQ(second.json, first.json);
    EXPECT_EQ(upload("?to=employees", std::string(csv) + "x", "upload-1").status, 422);
    EXPECT_EQ(upload("?to=employees&mode=upsert", csv, "upload-1").status, 422);
    EXPECT_EQ(files("imports").size(), 1U);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs"), 1);
}

TEST_F(Modules, APayrollRunIsStartedOnceAndShown) {
    start();
    const Answer first = post("/api/v1/payroll-runs", {{"period", "2026-10"}});
    const Answer second = post("/api/v1/payroll-runs", {{"period", "2026-10"}});
    ASSERT_EQ(first.status, 202) << first.raw.body;
    EXPECT_EQ(second.json["job"], first.json["job"]) << "two people, one payroll";
    EXPECT_EQ(second.json["joined"], true);
    EXPECT_EQ(get(first.raw.header("location")).json["period"], "2026-10");
    EXPECT_EQ(get("/api/v1/payroll-runs").json["payroll_runs"].size(), 1U);
    EXPECT_EQ(post("/api/v1/payroll-runs", {{"period", "2026-13"}}).field(), "period");
    EXPECT_EQ(get("/api/v1/payroll-runs/1999-01").status, 404);
    EXPECT_EQ(get("/api/v1/payroll-runs/never").status, 404);
    EXPECT_EQ(ask("POST", "/api/v1/payroll-runs/2026-10/approve", {token_}).status, 409)
        << "not calculated yet";
}

TEST_F(Modules, ReportsOfOwnModulesAreListedAndOrdered) {
    start();
    const Answer list = get("/api/v1/reports");
    ASSERT_FALSE(list.json["reports"].empty());
    const Answer made = post(
        "/api/v1/reports/payroll_register",
        {{"parameters", {{"period", "2026-10"}}}, {"format", "xlsx"}}
    );
    ASSERT_EQ(made.status, 202) << made.raw.body;
    EXPECT_EQ(get(made.raw.header("location")).json["kind"], "report.build");
    EXPECT_EQ(get(made.json["file"]).status, 404) << "not made yet";
    EXPECT_EQ(post("/api/v1/reports/none", Json::object()).status, 404);
    EXPECT_EQ(
        post("/api/v1/reports/payroll_register", {{"parameters", {{"period", "x"}}}}).field(),
        "period"
    );
    EXPECT_EQ(
        post(
            "/api/v1/reports/payroll_register",
            {{"parameters", {{"period", "2026-10"}}}, {"format", "docx"}}
        ).status,
        422
    );
}

TEST_F(Modules, AReportIsDownloadedWholeOrInPart) {
    start();
    const std::string id = "0192c0de-0000-7000-8000-000000000002";
    const TenantStorage storage(config_.storage.dir, tenants_[0].code);
    const std::string content = "a,b\n1,2\n";
    fs::create_directories(storage.path("reports"));
    std::ofstream(storage.path("reports/x.csv")) << content;
    const auto pool = platform_.pools().pool(tenants_[0], platform_.soon());
    mysql::with_transaction(*pool, platform_.soon(), [&](mysql::Transaction& transaction) {
        reports::insert_report_file(
            transaction,
            {id,
             "payroll_register",
             Json::object(),
             reports::ReportFormat::csv,
             "reports/x.csv",
             1,
             content.size()}
        );
    });
    const std::string path = "/api/v1/reports/files/" + id;
    const Answer whole = get(path);
    EXPECT_EQ(whole.raw.body, content);
    EXPECT_EQ(whole.raw.header("content-type"), "text/csv; charset=utf-8");
    EXPECT_EQ(
        whole.raw.header("content-disposition"),
        "attachment; filename=\"payroll_register.csv\""
    );
    Ask part{token_};
    part.headers = {{"Range", "bytes=4-6"}};
    const Answer range = ask("GET", path, part);
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.raw.body, "1,2");
    EXPECT_EQ(range.raw.header("content-range"), "bytes 4-6/8");
    part.headers = {{"Range", "bytes=100-"}};
    EXPECT_EQ(ask("GET", path, part).status, 416);
    EXPECT_EQ(ask("GET", path, {token_of(tenants_[1], {"*"})}).status, 404);
    EXPECT_EQ(get("/api/v1/reports/files").json["files"].size(), 1U);
}

} // namespace
} // namespace bgerp::server
