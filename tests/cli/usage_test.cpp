// What the command line says about itself, and about databases that aren't there.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::CliRunner;

class UsageTest : public testing::Test {
protected:
    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(UsageTest, HelpIsNoError) {
    const auto help = cli_.run({"--help"});
    EXPECT_EQ(help.status, 0);
    for (const char* noun : {"db", "migrate", "org", "account", "token", "config", "doctor"}) {
        EXPECT_THAT(help.out, HasSubstr(noun));
        EXPECT_EQ(cli_.run({noun, "--help"}).status, 0) << noun;
    }
    EXPECT_EQ(cli_.run({"--version"}).status, 0);
}

TEST_F(UsageTest, MistakesAreUsageErrorsWithASuggestion) {
    const auto noun = cli_.run({"ogr", "list"});
    EXPECT_EQ(noun.status, 2);
    EXPECT_THAT(noun.remarks, HasSubstr("did you mean 'org'?"));
    EXPECT_THAT(noun.out, IsEmpty());
    EXPECT_THAT(cli_.run({"org", "lsit"}).remarks, HasSubstr("did you mean 'list'?"));
    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
             {},
             {"org"},
             {"org", "create"},
             {"org", "list", "--colour"},
             {"org", "list", "extra"},
             {"migrate", "all", "--parallel", "0"},
             {"token", "revoke", "acme", "x"},
             {"org", "delete", "acme"}}) {
        EXPECT_EQ(cli_.run(wrong).status, 2) << (wrong.empty() ? "nothing" : wrong.back());
    }
    EXPECT_EQ(cli_.json({"ogr"}).json()["error"]["code"], "usage");
}

TEST_F(UsageTest, ADatabaseThatIsDownIsUnavailable) {
    std::ofstream(cli_.config_file()) << "database:\n  data_dir: nowhere\n";
    std::ofstream(cli_.database().folder() + "/key") << std::string(64, '0') << "\n";
    const auto without_key = cli_.json({"org", "list"});
    EXPECT_EQ(without_key.status, 3) << "no master key yet";
    EXPECT_EQ(cli_.run({"migrate", "core"}).status, 5);
    const auto list = cli_.json({"org", "list"});
    EXPECT_EQ(list.status, 5);
    EXPECT_EQ(list.json()["error"]["code"], "unavailable");
    EXPECT_THAT(list.remarks, HasSubstr("bgerp db start"));
    const auto status = cli_.json({"db", "status"});
    EXPECT_EQ(status.status, 5);
    EXPECT_EQ(status.json()["running"], false);
    EXPECT_EQ(cli_.json({"doctor"}).json()["healthy"], false);
}

TEST_F(UsageTest, AMistakeInTheConfigurationIsNamed) {
    std::ofstream(cli_.config_file()) << "database:\n  colour: blue\n";
    const auto check = cli_.json({"config", "check"});
    EXPECT_EQ(check.status, 1);
    EXPECT_EQ(check.json()["error"]["field"], "database.colour");
    std::ofstream(cli_.config_file()) << "worker:\n  kind_concurrency: [noop]\n"; // Q35
    const auto limits = cli_.json({"config", "check"});
    EXPECT_EQ(limits.status, 1);
    EXPECT_EQ(limits.json()["error"]["field"], "worker.kind_concurrency");
    EXPECT_THAT(limits.out, HasSubstr(":2: worker.kind_concurrency: must be"));
    std::ofstream(cli_.config_file()) << "queue:\n  lease_s: 7\n";
    EXPECT_EQ(cli_.json({"config", "check"}).json()["valid"], true);
    EXPECT_EQ(cli_.json({"config", "show"}).json()["queue.lease_s"], "7");
}

} // namespace
} // namespace bgerp
