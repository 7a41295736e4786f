// Unique jobs, chains, checked and sealed arguments, tags from the command line.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::CliResult;
using testing_support::CliRunner;

class FlowCli : public testing::Test {
protected:
    FlowCli() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--name", "Acme"}).status, 0);
    }

    CliResult push(const std::string& kind, const std::vector<std::string>& options) {
        std::vector<std::string> arguments{"job", "push", "acme", kind};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return cli_.json(arguments);
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(FlowCli, Q6_Q7_UniqueAndReplace) {
    const Json first = push("noop", {"--args", R"({"n":1})", "--unique"}).json();
    EXPECT_EQ(first["outcome"], "added");
    const Json second = push("noop", {"--args", R"({"n":1})", "--unique"}).json();
    EXPECT_EQ(second["outcome"], "existing");
    EXPECT_EQ(second["uuid"], first["uuid"]);
    EXPECT_EQ(push("noop", {"--args", R"({"n":2})", "--unique"}).json()["outcome"], "added");
    EXPECT_EQ(push("noop", {"--unique-key", "k", "--unique-for", "1h"}).json()["outcome"], "added");
    EXPECT_EQ(push("noop", {"--unique-key", "k", "--on-conflict", "refuse"}).status, 4);
    const Json replaced = push("noop", {"--unique-key", "k", "--replace", "--delay", "5m"}).json();
    EXPECT_EQ(replaced["outcome"], "replaced");
    EXPECT_EQ(replaced["state"], "scheduled");
    EXPECT_EQ(push("noop", {"--unique-by", "colour"}).status, 2);
}

TEST_F(FlowCli, Q8_BadArgumentsAreRefused) {
    const CliResult refused = push("payroll.run", {"--args", R"({"period":"2026-13"})"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(refused.json()["error"]["field"], "args.period");
    const CliResult link = push("noop", {"--then", "payroll.run"});
    EXPECT_EQ(link.status, 2);
    EXPECT_EQ(link.json()["error"]["field"], "chain[0].args.period");
    EXPECT_TRUE(cli_.json({"job", "list", "acme"}).json().empty());
}

TEST_F(FlowCli, Q9_Q10_Q14_SealedTaggedChained) {
    const Json job = push(
                         "noop",
                         {"--args",
                          R"({"iban":"DE0212"})",
                          "--encrypt",
                          "--tag",
                          "night",
                          "--meta",
                          R"({"invoice":5})",
                          "--then",
                          R"(payroll.run {"period":"2026-10"})",
                          "--then",
                          "noop",
                          "--catch",
                          "noop"}
    )
                         .json();
    EXPECT_EQ(job["chain"].size(), 2U);
    EXPECT_EQ(job["meta"]["invoice"], 5);
    EXPECT_EQ(cli_.json({"job", "list", "acme", "--tag", "night"}).json().size(), 1U);
    EXPECT_EQ(cli_.json({"job", "list", "acme", "--tag", "day"}).json().size(), 0U);
    EXPECT_THAT(
        cli_.run({"job", "show", "acme", job["uuid"].get<std::string>()}).out,
        Not(HasSubstr("DE0212"))
    );
    EXPECT_THAT(cli_.run({"job", "push", "--help"}).out, HasSubstr("--unique-for"));
}

} // namespace
} // namespace bgerp
