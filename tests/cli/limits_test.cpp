// Q35 to Q38 at the command line.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp {
namespace {

using testing_support::CliRunner;

class LimitsCommand : public testing::Test {
protected:
    LimitsCommand() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "hr"}).status, 0);
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(LimitsCommand, Q35_LimitsAreSetListedAndRemoved) {
    const auto set = cli_.json(
        {"limit",
         "set",
         "acme",
         "customers",
         "--by",
         "key",
         "--concurrency",
         "2",
         "--rate",
         "60",
         "--per",
         "1m"}
    );
    ASSERT_EQ(set.status, 0) << set.remarks;
    const auto listed = cli_.json({"limit", "list", "acme"}).json();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0]["concurrency"], 2);
    EXPECT_EQ(listed[0]["period_s"], 60);
    EXPECT_EQ(listed[0]["by"], "key");
    EXPECT_TRUE(cli_.json({"limit", "show", "acme", "customers"}).json().empty());
    EXPECT_EQ(cli_.json({"limit", "reset", "acme", "customers"}).json()["reset"], 0);
    EXPECT_EQ(cli_.run({"limit", "remove", "acme", "customers"}).status, 0);
    EXPECT_EQ(cli_.run({"limit", "remove", "acme", "customers"}).status, 3);
    const auto nothing = cli_.json({"limit", "set", "acme", "x"});
    EXPECT_EQ(nothing.json()["error"]["code"], "invalid_argument");
}

TEST_F(LimitsCommand, Q36_AJobHeldBackIsShown) {
    ASSERT_EQ(
        cli_.run({"limit", "set", "acme", "none", "--by", "key", "--concurrency", "0"}).status,
        0
    );
    const auto pushed = cli_.json({"job", "push", "acme", "noop", "--limit-key", "k"});
    ASSERT_EQ(pushed.status, 0) << pushed.remarks;
    ASSERT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    const auto job = cli_.json({"job", "show", "acme", pushed.json()["uuid"]}).json();
    EXPECT_EQ(job["state"], "available");
    EXPECT_EQ(job["blocked_by"]["limit"], "none");
    EXPECT_EQ(cli_.json({"queue", "stats", "acme"}).json()[0]["blocked"], 1);
    const auto keys = cli_.json({"limit", "show", "acme", "none"}).json();
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0]["key"], "k");
    EXPECT_EQ(keys[0]["blocked"], 1);
    EXPECT_EQ(cli_.json({"queue", "clear", "acme", "default"}).json()["cleared"], 1);
}

TEST_F(LimitsCommand, Q38_PausesAreListedUntilTheyEnd) {
    EXPECT_EQ(cli_.run({"queue", "pause", "acme", "mail"}).status, 0);
    EXPECT_EQ(cli_.run({"queue", "pause", "acme", "--kind", "noop", "--for", "30m"}).status, 0);
    EXPECT_EQ(cli_.run({"queue", "pause", "acme", "--all"}).status, 0);
    auto pauses = cli_.json({"queue", "pauses", "acme"}).json();
    ASSERT_EQ(pauses.size(), 3U);
    EXPECT_EQ(pauses[0]["scope"], "queue");
    EXPECT_EQ(pauses[1]["name"], "noop");
    EXPECT_TRUE(pauses[1]["resume_at"].is_string());
    EXPECT_TRUE(pauses[2]["resume_at"].is_null());
    EXPECT_EQ(cli_.run({"queue", "resume", "acme", "--all"}).status, 0);
    EXPECT_EQ(cli_.run({"queue", "resume", "acme", "--kind", "noop"}).status, 0);
    EXPECT_EQ(cli_.json({"queue", "pauses", "acme"}).json().size(), 1U);
    EXPECT_EQ(cli_.run({"queue", "pause", "acme", "--kind", "x", "--all"}).status, 2);
    EXPECT_NE(cli_.run({"queue", "pause"}).status, 0);
}

TEST_F(LimitsCommand, Q38_ThePlatformIsPausedAndResumed) {
    const auto pushed = cli_.json({"job", "push", "acme", "noop"});
    EXPECT_EQ(cli_.json({"queue", "pause", "--platform", "--for", "1h"}).json()["paused"], true);
    ASSERT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    const std::string uuid = pushed.json()["uuid"];
    EXPECT_EQ(cli_.json({"job", "show", "acme", uuid}).json()["state"], "available");
    EXPECT_EQ(cli_.json({"queue", "pauses", "acme"}).json()[0]["scope"], "platform");
    EXPECT_EQ(cli_.run({"queue", "resume", "--platform"}).status, 0);
    ASSERT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    EXPECT_EQ(cli_.json({"job", "show", "acme", uuid}).json()["state"], "completed");
}

} // namespace
} // namespace bgerp
