#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::CliRunner;

class AccountCliTest : public testing::Test {
protected:
    AccountCliTest() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "base"}).status, 0);
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(AccountCliTest, AccountsAreMadeListedAndDisabled) {
    const auto created =
        cli_.json({"account", "create", "acme", "--email", "ada@acme.example", "--role", "admin"});
    ASSERT_EQ(created.status, 0) << created.remarks;
    EXPECT_GE(created.json()["password"].get<std::string>().size(), 20U);
    EXPECT_EQ(cli_.run({"account", "create", "acme", "--email", "ada@acme.example"}).status, 4);
    EXPECT_EQ(cli_.run({"account", "create", "nobody", "--email", "a@b.example"}).status, 3);
    EXPECT_EQ(cli_.run({"account", "create", "acme", "--email", "ada"}).status, 1);

    const std::string file = cli_.database().folder() + "/password";
    std::ofstream(file) << "correct horse battery\n";
    const auto changed =
        cli_.run({"account", "set-password", "ada@acme.example", "--password-file", file});
    EXPECT_EQ(changed.status, 0);
    EXPECT_THAT(changed.out, Not(HasSubstr("battery"))) << "known to who gave it";
    EXPECT_EQ(cli_.run({"account", "disable", "ada@acme.example"}).status, 0);
    const Json list = cli_.json({"account", "list", "acme"}).json();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["state"], "disabled");
    EXPECT_EQ(list[0]["role"], "admin");
    EXPECT_EQ(cli_.run({"account", "disable", "eve@acme.example"}).status, 3);
}

TEST_F(AccountCliTest, TokensAreShownOnceAndRevoked) {
    ASSERT_EQ(cli_.run({"account", "create", "acme", "--email", "ada@acme.example"}).status, 0);
    const std::vector<std::string> create{
        "token",
        "create",
        "acme",
        "--account",
        "ada@acme.example",
        "--abilities",
        "jobs:push,reports:run",
        "--expires",
        "30d"};
    const auto created = cli_.json(create);
    ASSERT_EQ(created.status, 0) << created.remarks;
    const std::string token = created.json()["token"];
    const auto list = cli_.json({"token", "list", "acme"});
    EXPECT_THAT(list.out, Not(HasSubstr(token)));
    EXPECT_EQ(list.json()[0]["abilities"], (Json{"jobs:push", "reports:run"}));
    const std::string id = std::to_string(created.json()["id"].get<int>());
    EXPECT_EQ(cli_.run({"token", "revoke", "acme", id}).status, 0);
    EXPECT_FALSE(cli_.json({"token", "list", "acme"}).json()[0]["revoked_at"].is_null());
    EXPECT_EQ(cli_.run({"token", "revoke", "acme", "999"}).status, 3);
    auto hours = create;
    hours.back() = "5h";
    EXPECT_EQ(cli_.json(hours).json()["error"]["field"], "--expires");
    auto stranger = create;
    stranger[4] = "eve@acme.example";
    EXPECT_EQ(cli_.run(stranger).status, 3);
}

} // namespace
} // namespace bgerp
