// Q44 to Q47 at the command line.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bgerp {
namespace {

using testing_support::CliRunner;

class OperateCommand : public testing::Test {
protected:
    OperateCommand() {
        cli_.set_up_platform();
        std::ofstream(cli_.config_file(), std::ios::app)
            << "exec:\n  broken: {command: [/bin/false], fail_on: [1]}\n";
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "hr"}).status, 0);
    }

    void push_and_work(const std::string& kind) {
        EXPECT_EQ(
            cli_.run({"job", "push", "acme", kind, "--queue", "mail", "--any-kind"}).status,
            0
        );
        EXPECT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(OperateCommand, Q44_HistoryIsPrunedByStateAndAge) {
    push_and_work("noop");
    push_and_work("noop");
    const auto prune = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"queue", "prune", "acme"};
        words.insert(words.end(), more.begin(), more.end());
        return cli_.json(words);
    };
    EXPECT_EQ(prune({}).json()["completed"], 0) << "as configured: a week";
    EXPECT_EQ(prune({"--older-than", "1h"}).json()["completed"], 0);
    const Json failed = prune({"--state", "failed", "--older-than", "0"}).json();
    EXPECT_EQ(failed, (Json{{"org", "acme"}, {"failed", 0}}));
    EXPECT_EQ(
        prune({"--state", "completed,cancelled", "--older-than", "0"}).json()["completed"],
        2
    );
    EXPECT_EQ(prune({"--state", "running"}).status, 2);
    EXPECT_EQ(prune({"--older-than", "soon"}).json()["error"]["field"], "--older-than");
}

TEST_F(OperateCommand, Q44_FailedJobsArePrunedByAge) {
    push_and_work("broken");
    ASSERT_EQ(cli_.json({"failed", "list", "acme"}).json().size(), 1U);
    EXPECT_EQ(cli_.run({"failed", "prune", "acme"}).status, 2) << "they are kept for ever";
    EXPECT_EQ(cli_.json({"failed", "prune", "acme", "--older-than", "5m"}).json()["pruned"], 0);
    EXPECT_EQ(cli_.json({"failed", "flush", "acme", "--older-than", "5m"}).json()["flushed"], 0);
    EXPECT_EQ(cli_.json({"failed", "prune", "acme", "--older-than", "0"}).json()["pruned"], 1);
}

TEST_F(OperateCommand, Q45_StatisticsOfTheLastHour) {
    push_and_work("noop");
    push_and_work("broken");
    const Json all = cli_.json({"queue", "stats", "acme", "--last", "1h"}).json();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0]["queue"], "mail");
    EXPECT_EQ(all[0]["completed"], 1);
    EXPECT_EQ(all[0]["failed"], 1);
    EXPECT_EQ(all[0]["failure_rate"], 0.5);
    EXPECT_TRUE(all[0]["wait_ms"]["p99"].is_number());
    const Json kinds = cli_.json({"queue", "stats", "--by", "kind"}).json();
    ASSERT_EQ(kinds.size(), 2U);
    EXPECT_EQ(kinds[1]["kind"], "noop");
    EXPECT_EQ(kinds[1]["started"], 1);
    const auto text = cli_.run({"queue", "stats", "acme", "--last", "1h"});
    EXPECT_THAT(text.out, testing::HasSubstr("WAIT P50 / P95 / P99"));
    EXPECT_EQ(cli_.run({"queue", "stats", "acme", "--by", "moon"}).status, 2);
}

TEST_F(OperateCommand, Q45_WhatWaitsIsShownAsBeforeWithTheLastMinutes) {
    push_and_work("noop");
    EXPECT_TRUE(cli_.json({"queue", "stats", "acme"}).json().empty()) << "nothing waits";
    EXPECT_EQ(cli_.run({"job", "push", "acme", "noop", "--queue", "mail"}).status, 0);
    const Json now = cli_.json({"queue", "stats", "acme"}).json();
    ASSERT_EQ(now.size(), 1U);
    EXPECT_EQ(now[0]["available"], 1);
    EXPECT_EQ(now[0]["recent"]["completed"], 1);
}

TEST_F(OperateCommand, Q46_AlertsAreListedAndTried) {
    const std::string told = cli_.database().folder() + "/told";
    std::ofstream(cli_.config_file(), std::ios::app)
        << "alerts:\n  slow: {wait_s: 60, command: [/usr/bin/tee, " << told << "]}\n"
        << "  deaf: {wait_s: 60, command: [/bin/false]}\n";
    EXPECT_TRUE(cli_.json({"alert", "list"}).json().empty());
    EXPECT_EQ(cli_.json({"alert", "test", "slow"}).json()["told"], true);
    std::ifstream file(told);
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(value_or_throw(parse_json(line))["event"], "test");
    EXPECT_EQ(cli_.run({"alert", "test", "deaf"}).status, 5);
    EXPECT_EQ(cli_.run({"alert", "test", "nobody"}).status, 3);
}

TEST_F(OperateCommand, Q47_EventsAreSwitchedOnAndShown) {
    EXPECT_EQ(cli_.run({"job", "events", "acme"}).status, 4) << "they aren't written";
    EXPECT_EQ(cli_.json({"job", "events", "acme", "--on"}).json()["events"], true);
    push_and_work("noop");
    const Json events = cli_.json({"job", "events", "acme", "--kind", "noop"}).json();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0]["event"], "enqueued");
    EXPECT_EQ(events[1]["event"], "started");
    EXPECT_EQ(events[2]["event"], "completed");
    EXPECT_EQ(events[2]["queue"], "mail");
    EXPECT_EQ(cli_.json({"job", "events", "acme", "--limit", "1"}).json()[0], events[2]);
    EXPECT_TRUE(cli_.json({"job", "events", "acme", "--queue", "other"}).json().empty());
    EXPECT_EQ(cli_.json({"job", "events", "acme", "--follow"}).status, 2);
    EXPECT_EQ(cli_.json({"job", "events", "acme", "--off"}).json()["events"], false);
    push_and_work("noop");
    EXPECT_EQ(cli_.run({"migrate", "tenant", "acme"}).status, 0);
}

} // namespace
} // namespace bgerp
