// Q46: an alert is told once when it begins and once when it has ended, whoever looks, however
// often.
#include "base/json.hpp"
#include "base/webhook.hpp"
#include "core_db/alert_state.hpp"
#include "scheduler/alert_watcher.hpp"
#include "scheduler/scheduler.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_platform.hpp"
#include "tests/support/tiny_http_server.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace bgerp::scheduler {
namespace {

using testing_support::eventually;
using testing_support::http_answer;
using testing_support::TinyHttpServer;
using testing_support::TinyRequest;

class AlertsTest : public ::testing::Test {
protected:
    AlertsTest()
        : tenant_(platform_.create_tenant("acme", {"base"}))
        , admin_(platform_.database().admin_pool(tenant_.database, 2))
        , config_(platform_.config())
        , log_(platform_.database().folder() + "/told")
        , tenants_(platform_.core())
        , lead_(platform_.core().pool(), std::chrono::seconds(30)) {
        EXPECT_TRUE(eventually([&] { return lead_.seek(std::chrono::milliseconds(100)); }));
    }

    /// A rule told by a program that keeps what it is told.
    AlertConfig& add_rule(AlertConfig::Condition condition, std::int64_t limit) {
        AlertConfig rule;
        rule.name = "rule" + std::to_string(config_.alerts.size());
        rule.condition = condition;
        rule.limit = limit;
        rule.quiet_s = 0;
        rule.command = {"/bin/sh", "-c", "cat >> \"$0\"; echo >> \"$0\"", log_};
        config_.alerts.push_back(rule);
        return config_.alerts.back();
    }

    /// By a scheduler that has just started.
    void look() { AlertWatcher(config_, tenants_, lead_, pulse_).look(); }

    void push_old_job() {
        mysql::run_transaction(*admin_, platform_.soon(), [&](mysql::Transaction& transaction) {
            queue::NewJob job;
            job.kind = "noop";
            job.queue = "mail";
            value_or_throw(queue::enqueue(transaction, queue::QueueSchema::current(), job));
            return true;
        });
        execute("UPDATE jobs SET available_at = available_at - 100");
    }

    void execute(const std::string& sql) { admin_->acquire(platform_.soon())->execute(sql); }

    void execute_in_core(const std::string& sql) {
        platform_.core().pool().acquire(platform_.soon())->execute(sql);
    }

    [[nodiscard]] std::vector<Json> told() const {
        std::vector<Json> all;
        std::ifstream file(log_);
        for (std::string line; std::getline(file, line);) {
            all.push_back(value_or_throw(parse_json(line)));
        }
        return all;
    }

    [[nodiscard]] std::vector<core_db::FiringAlert> firing() {
        return core_db::firing_alerts(*platform_.core().pool().acquire(platform_.soon()));
    }

    testing_support::TestPlatform platform_;
    Tenant tenant_;
    std::unique_ptr<mysql::Pool> admin_;
    Config config_;
    const std::string log_;
    Pulse pulse_;
    Tenants tenants_;
    Leadership lead_;
};

TEST_F(AlertsTest, Q46_BeginningAndEndAreToldOnce) {
    add_rule(AlertConfig::Condition::wait_s, 60);
    look();
    EXPECT_TRUE(told().empty());
    push_old_job();
    look();
    look();
    ASSERT_EQ(told().size(), 1U);
    const Json began = told()[0];
    EXPECT_EQ(began["event"], "began");
    EXPECT_EQ(began["org"], "acme");
    EXPECT_EQ(began["queue"], "mail");
    EXPECT_EQ(began["condition"], "wait_s");
    EXPECT_EQ(began["limit"], 60);
    EXPECT_GE(began["value"].get<int>(), 100);
    ASSERT_EQ(firing().size(), 1U);
    EXPECT_TRUE(firing()[0].told);

    execute("DELETE FROM jobs");
    look();
    look();
    ASSERT_EQ(told().size(), 2U);
    EXPECT_EQ(told()[1]["event"], "ended");
    EXPECT_EQ(told()[1]["began_at"], began["began_at"]);
    EXPECT_TRUE(firing().empty());
    push_old_job();
    look();
    EXPECT_EQ(told().size(), 3U) << "it began again";
}

TEST_F(AlertsTest, Q46_AShortPauseIsNoEnd) {
    add_rule(AlertConfig::Condition::wait_s, 60).quiet_s = 600;
    push_old_job();
    look();
    execute("DELETE FROM jobs");
    look();
    push_old_job();
    look();
    EXPECT_EQ(told().size(), 1U);
    execute("DELETE FROM jobs");
    execute_in_core("UPDATE firing_alert SET held_at = held_at - INTERVAL 601 SECOND");
    look();
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(AlertsTest, Q46_FailuresAreSeenInTheStatistics) {
    add_rule(AlertConfig::Condition::failures, 2);
    add_rule(AlertConfig::Condition::failure_percent, 50);
    queue::JobStat stat{"mail", "send", {}};
    stat.counts.completed = 30;
    stat.counts.failed = 3;
    queue::add_stats(*admin_, platform_.soon(), queue::QueueSchema::current(), {stat});
    look();
    ASSERT_EQ(told().size(), 1U);
    EXPECT_EQ(told()[0]["condition"], "failures");
    EXPECT_EQ(told()[0]["value"], 3);
    execute("UPDATE job_stat SET minute = minute - 10");
    look();
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(AlertsTest, Q46_WhoDoesNotListenIsToldAgain) {
    int refusals = 2;
    const TinyHttpServer service([&](const TinyRequest&) {
        return http_answer(refusals-- > 0 ? 503 : 200, "");
    });
    AlertConfig& rule = add_rule(AlertConfig::Condition::backlog, 1);
    rule.command.clear();
    rule.url = service.url("/alerts");
    rule.secret_file = platform_.database().folder() + "/key";
    std::ofstream(rule.secret_file) << "secret\n";
    push_old_job();
    look();
    EXPECT_TRUE(service.requests().empty()) << "one job isn't more than one";
    push_old_job();
    for (int i = 0; i < 5; ++i) {
        look();
    }
    const auto requests = service.requests();
    ASSERT_EQ(requests.size(), 3U);
    TinyRequest last = requests[2];
    EXPECT_EQ(last.headers["webhook-id"], requests[0].headers.at("webhook-id"));
    EXPECT_EQ(
        last.headers["webhook-signature"],
        webhook_signature(
            "secret",
            last.headers["webhook-id"],
            last.headers["webhook-timestamp"],
            last.body
        )
    );
    EXPECT_EQ(value_or_throw(parse_json(last.body))["event"], "began");
}

TEST_F(AlertsTest, Q46_AProgramThatHangsIsEndedAndOthersAreTold) {
    AlertConfig& hanging = add_rule(AlertConfig::Condition::wait_s, 60);
    hanging.command = {"/bin/sleep", "600"};
    hanging.timeout_s = 1;
    add_rule(AlertConfig::Condition::wait_s, 61);
    push_old_job();
    look();
    EXPECT_EQ(told().size(), 1U);
    EXPECT_EQ(firing().size(), 2U);
    execute("DELETE FROM jobs");
    look();
    EXPECT_EQ(told().size(), 2U);
    EXPECT_TRUE(firing().empty()) << "who never heard of it isn't told that it ended";
}

TEST_F(AlertsTest, Q46_OneWhoNeverAnswersDelaysNobodyElse) {
    const TinyHttpServer dead([](const TinyRequest&) { return std::string(); });
    AlertConfig& silent = add_rule(AlertConfig::Condition::wait_s, 60);
    silent.command.clear();
    silent.url = dead.url("/alerts");
    silent.secret_file = platform_.database().folder() + "/key";
    silent.timeout_s = 3600;
    std::ofstream(silent.secret_file) << "secret\n";
    add_rule(AlertConfig::Condition::wait_s, 61);
    config_.scheduler.alerts_s = 1;
    push_old_job();
    AlertWatcher watcher(config_, tenants_, lead_, pulse_);
    watcher.start();
    EXPECT_TRUE(eventually([&] { return told().size() == 1 && dead.requests().size() == 1; }));
    execute("DELETE FROM jobs");
    EXPECT_TRUE(eventually([&] { return told().size() == 2; })) << "the looks go on";
    EXPECT_EQ(told().back()["event"], "ended");
    watcher.stop(); // and doesn't wait for an answer either
    EXPECT_EQ(dead.requests().size(), 1U) << "nothing is told while it is being told";
}

TEST_F(AlertsTest, Q46_AfterThreeFailuresTheRestWaitsForTheNextLook) {
    const TinyHttpServer busy([](const TinyRequest&) { return http_answer(503, ""); });
    AlertConfig& rule = add_rule(AlertConfig::Condition::failures, 0);
    rule.command.clear();
    rule.url = busy.url("/alerts");
    rule.secret_file = platform_.database().folder() + "/key";
    std::ofstream(rule.secret_file) << "secret\n";
    std::vector<queue::JobStat> stats;
    for (const std::string queue : {"a", "b", "c", "d", "e"}) {
        stats.push_back({queue, "send", {}});
        stats.back().counts.failed = 1;
    }
    queue::add_stats(*admin_, platform_.soon(), queue::QueueSchema::current(), stats);
    const auto asked_for = [&] {
        std::set<std::string> queues;
        for (const TinyRequest& request : busy.requests()) {
            queues.insert(value_or_throw(parse_json(request.body))["queue"].get<std::string>());
        }
        return queues.size();
    };
    look();
    EXPECT_EQ(busy.requests().size(), 3U);
    look();
    EXPECT_EQ(busy.requests().size(), 6U);
    EXPECT_EQ(asked_for(), 5U) << "those that were not tried come first";
}

TEST_F(AlertsTest, Q46_ARuleThatIsGoneFiresNoMore) {
    add_rule(AlertConfig::Condition::wait_s, 60);
    push_old_job();
    look();
    config_.alerts.clear();
    look();
    EXPECT_TRUE(firing().empty());
    EXPECT_EQ(told().size(), 1U);
}

TEST_F(AlertsTest, Q46_TheSchedulerLooksByItself) {
    lead_.resign();
    add_rule(AlertConfig::Condition::wait_s, 60);
    config_.scheduler.alerts_s = 1;
    push_old_job();
    Scheduler scheduler(config_, platform_.core());
    scheduler.start();
    EXPECT_TRUE(eventually([&] { return told().size() == 1; }));
    scheduler.stop();
}

} // namespace
} // namespace bgerp::scheduler
