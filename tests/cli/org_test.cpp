#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing_support::CliRunner;

class OrgTest : public testing::Test {
protected:
    OrgTest() { cli_.set_up_platform(); }

    [[nodiscard]] std::string state() { return cli_.json({"org", "show", "acme"}).json()["state"]; }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(OrgTest, LivesFromCreateToDelete) {
    const auto created = cli_.json(
        {"org",
         "create",
         "acme",
         "--name",
         "Acme & Söhne",
         "--modules",
         "hr,sales",
         "--admin-email",
         "boss@acme.example"}
    );
    ASSERT_EQ(created.status, 0) << created.remarks;
    EXPECT_EQ(created.json()["name"], "Acme & Söhne");
    EXPECT_EQ(created.json()["modules"], (Json{"base", "hr", "queue", "sales"}));
    EXPECT_EQ(created.json()["database"], cli_.database().tenant_database("acme"));
    EXPECT_FALSE(created.json()["admin_password"].get<std::string>().empty());

    const auto again = cli_.json({"org", "create", "acme", "--name", "Other"});
    EXPECT_EQ(again.status, 4);
    EXPECT_EQ(again.json()["error"]["code"], "conflict");
    EXPECT_EQ(cli_.json({"org", "list"}).json()[0]["name"], "Acme & Söhne");

    EXPECT_EQ(cli_.run({"org", "resume", "acme"}).status, 4);
    EXPECT_EQ(cli_.run({"org", "suspend", "acme"}).status, 0);
    EXPECT_EQ(state(), "suspended");
    EXPECT_EQ(cli_.run({"org", "archive", "acme"}).status, 0);
    EXPECT_EQ(state(), "archived");
    EXPECT_EQ(cli_.run({"org", "resume", "acme"}).status, 0);
    EXPECT_EQ(state(), "active");
    EXPECT_EQ(cli_.run({"org", "delete", "acme", "--yes"}).status, 0);
    EXPECT_EQ(cli_.run({"org", "show", "acme"}).status, 3);
    EXPECT_EQ(cli_.run({"org", "delete", "acme", "--yes"}).status, 3);
    EXPECT_TRUE(cli_.json({"org", "list"}).json().empty());
}

TEST_F(OrgTest, Q39_AnAdminSetsItsShareOfTheWorkers) {
    ASSERT_EQ(cli_.run({"org", "create", "acme", "--modules", "hr"}).status, 0);
    EXPECT_EQ(cli_.json({"org", "show", "acme"}).json()["weight"], 1);
    EXPECT_EQ(cli_.json({"org", "weight", "acme", "5"}).json()["weight"], 5);
    EXPECT_EQ(cli_.json({"org", "show", "acme"}).json()["weight"], 5);
    EXPECT_EQ(cli_.run({"org", "weight", "acme", "0"}).status, 2);
    EXPECT_EQ(cli_.run({"org", "weight", "nobody", "5"}).status, 3);
}

TEST_F(OrgTest, BadInputIsAnErrorAndLeavesNothing) {
    EXPECT_EQ(cli_.json({"org", "create", "Acme"}).json()["error"]["field"], "org_code");
    EXPECT_EQ(
        cli_.json({"org", "create", "acme", "--modules", "magic"}).json()["error"]["field"],
        "modules"
    );
    EXPECT_TRUE(cli_.json({"org", "list"}).json().empty());
}

TEST_F(OrgTest, MigrationsRunAgainAndBack) {
    ASSERT_EQ(cli_.run({"org", "create", "acme", "--modules", "hr"}).status, 0);
    EXPECT_TRUE(cli_.json({"migrate", "tenant", "acme"}).json()["applied"].empty());
    const auto pretended = cli_.run({"migrate", "rollback", "acme", "--step", "1", "--pretend"});
    EXPECT_THAT(pretended.out, HasSubstr("DROP TABLE IF EXISTS `payslip`"));
    const auto back = cli_.json({"migrate", "rollback", "acme", "--step", "1"});
    EXPECT_EQ(back.json()["rolled_back"], (Json{"2026_11_hr_payroll"}));
    EXPECT_EQ(cli_.json({"doctor"}).status, 1) << "a tenant is behind";
    const auto all = cli_.json({"migrate", "all"});
    EXPECT_EQ(all.status, 0);
    EXPECT_EQ(all.json()["migrated"], 1);
    for (const Json& entry : cli_.json({"migrate", "status", "acme"}).json()) {
        EXPECT_FALSE(entry["applied_at"].is_null()) << entry;
    }
    EXPECT_EQ(cli_.run({"migrate", "fresh", "acme"}).status, 2) << "asks for --yes";
    const std::size_t known = cli_.json({"migrate", "status", "acme"}).json().size();
    EXPECT_EQ(cli_.json({"migrate", "fresh", "acme", "--yes"}).json()["applied"].size(), known);
    EXPECT_EQ(cli_.run({"migrate", "tenant", "nobody"}).status, 3);
    const auto doctor = cli_.json({"doctor"});
    EXPECT_EQ(doctor.status, 0) << doctor.out;
}

TEST_F(OrgTest, MigratingTheCoreTwiceSeedsOneAdministrator) {
    const auto again = cli_.json({"migrate", "core", "--admin-email", "second@x.example"});
    EXPECT_EQ(again.status, 0);
    EXPECT_TRUE(again.json()["applied"].empty());
    EXPECT_THAT(again.remarks, testing::Not(HasSubstr("password")));
}

} // namespace
} // namespace bgerp
