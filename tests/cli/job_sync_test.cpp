// Q34: `bgerp job push --sync` runs the job in the foreground, with no worker running.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing_support::CliResult;
using testing_support::CliRunner;

class JobSyncCli : public testing::Test {
protected:
    JobSyncCli() {
        std::ofstream(cli_.config_file(), std::ios::app)
            << "exec:\n"
               "  greet:\n    command: [/bin/sh, -c, 'read a; echo \"{\\\"hello\\\":$a}\"']\n"
               "  refuse:\n    command: [/bin/sh, -c, 'echo no >&2; exit 3']\n"
               "    fail_on: [3]\n"
               "  stumble:\n    command: [/bin/sh, -c, 'exit 4']\n";
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "base"}).status, 0);
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(JobSyncCli, Q34_TheJobHasEndedWhenTheCommandHas) {
    const CliResult done =
        cli_.json({"job", "push", "acme", "greet", "--args", R"({"a":1})", "--sync"});
    ASSERT_EQ(done.status, 0) << done.remarks;
    EXPECT_EQ(done.json()["state"], "completed");
    EXPECT_EQ(done.json()["output"], (Json{{"hello", {{"a", 1}}}}));
    EXPECT_EQ(done.json()["attempts"], 1);
}

TEST_F(JobSyncCli, Q34_AFailureIsTheCommands) {
    const CliResult failed = cli_.json({"job", "push", "acme", "refuse", "--sync"});
    EXPECT_EQ(failed.status, 1);
    EXPECT_EQ(failed.json()["state"], "failed");
    EXPECT_THAT(failed.json()["error"].get<std::string>(), HasSubstr("exit:3"));
    const CliResult again = cli_.json({"job", "push", "acme", "stumble", "--sync"});
    EXPECT_EQ(again.status, 1);
    EXPECT_EQ(again.json()["state"], "retryable") << "its next try is a worker's";
    const CliResult listed = // Q22: the job's own list
        cli_.json({"job", "push", "acme", "stumble", "--fail-on", "exit:4,x", "--sync"});
    EXPECT_EQ(listed.json()["state"], "failed");
}

TEST_F(JobSyncCli, Q34_WhatIsRunNowHasNoDelay) {
    const CliResult refused = cli_.json({"job", "push", "acme", "noop", "--delay", "5m", "--sync"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.json()["error"]["field"], "--delay");
}

} // namespace
} // namespace bgerp
