// Q44 to Q46 over the API.
#include "core_db/alert_state.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tests/api/api_fixture.hpp"

namespace bgerp::server {
namespace {

class Operate : public ApiTest {
protected:
    void add(const queue::JobStat& stat) {
        queue::add_stats(
            *platform_.database().admin_pool(tenants_[0].database, 1),
            platform_.soon(),
            queue::QueueSchema::current(),
            {stat}
        );
    }

    void execute(const std::string& sql) {
        platform_.database()
            .admin_pool(tenants_[0].database, 1)
            ->acquire(platform_.soon())
            ->execute(sql);
    }
};

TEST_F(Operate, Q45_AQueuesStatistics) {
    start();
    queue::JobStat stat{"mail", "send", {}};
    stat.counts.started = 5;
    stat.counts.completed = 4;
    stat.counts.retried = 1;
    stat.counts.run.add(std::chrono::milliseconds(20));
    add(stat);
    stat.kind = "fetch";
    add(stat);
    const Answer all = get("/api/v1/queues/mail/stats");
    ASSERT_EQ(all.status, 200) << all.raw.body;
    EXPECT_EQ(all.json["queue"], "mail");
    EXPECT_EQ(all.json["started"], 10);
    EXPECT_EQ(all.json["failure_rate"], 0.2);
    EXPECT_EQ(all.json["run_ms"]["max"], 20);
    EXPECT_FALSE(all.json.contains("kinds"));
    const Answer kinds = get("/api/v1/queues/mail/stats?by=kind&last_s=300");
    ASSERT_EQ(kinds.json["kinds"].size(), 2U);
    EXPECT_EQ(kinds.json["kinds"][0]["kind"], "fetch");
    EXPECT_EQ(get("/api/v1/queues/other/stats").json["started"], 0);
    EXPECT_EQ(get("/api/v1/queues/mail/stats?last_s=5").field(), "last_s");
    EXPECT_EQ(get("/api/v1/queues/mail/stats?by=moon").field(), "by");
    ASSERT_EQ(post("/api/v1/jobs", {{"kind", "noop"}, {"queue", "mail"}}).status, 202);
    EXPECT_EQ(get("/api/v1/queues").json["queues"][0]["recent"]["completed"], 8);
}

TEST_F(Operate, Q44_HistoryAndFailedJobsAreRemovedByAge) {
    start();
    const Answer pushed = post("/api/v1/jobs", {{"kind", "noop"}});
    ASSERT_EQ(ask("DELETE", pushed.raw.header("location"), {token_}).status, 200);
    execute("INSERT INTO failed_jobs (uuid, connection, queue, payload, exception, failed_at)"
            " VALUES ('u', 'bgerp', 'default', '{}', 'e', NOW() - INTERVAL 2 HOUR)");
    const auto prune = [&](const std::string& what) {
        return ask("DELETE", "/api/v1/" + what, {token_});
    };
    EXPECT_EQ(prune("jobs?older_than_s=0").field(), "state") << "nothing is guessed";
    EXPECT_EQ(prune("jobs?state=cancelled").field(), "older_than_s");
    EXPECT_EQ(prune("jobs?state=running&older_than_s=0").field(), "state");
    EXPECT_EQ(prune("jobs?state=cancelled&older_than_s=60").json["pruned"], 0);
    EXPECT_EQ(prune("jobs?state=cancelled&older_than_s=0").json["pruned"], 1);
    EXPECT_EQ(prune("failed-jobs").field(), "older_than_s");
    EXPECT_EQ(prune("failed-jobs?older_than_s=7300").json["pruned"], 0);
    EXPECT_EQ(prune("failed-jobs?older_than_s=7100").json["pruned"], 1);
    const std::string reader = token_of(tenants_[0], {"jobs:read"});
    EXPECT_EQ(ask("DELETE", "/api/v1/failed-jobs?older_than_s=0", {reader}).status, 403);
    EXPECT_EQ(ask("GET", "/api/v1/queues/mail/stats", {reader}).status, 200);
}

TEST_F(Operate, Q46_AlertsOfTheOrganization) {
    start();
    const auto core = platform_.core().pool().acquire(platform_.soon());
    core_db::alert_holds(*core, {"slow", "acme", "mail"}, 75);
    core_db::alert_holds(*core, {"slow", "zenith", "mail"}, 75);
    const Answer answer = get("/api/v1/alerts");
    ASSERT_EQ(answer.json["alerts"].size(), 1U) << answer.raw.body;
    EXPECT_EQ(answer.json["alerts"][0]["alert"], "slow");
    EXPECT_EQ(answer.json["alerts"][0]["value"], 75);
}

} // namespace
} // namespace bgerp::server
