// Q45 beside Q42: what remote workers did stands in the statistics like what our own did.
#include "tenant_db/queue/job_stats.hpp"
#include "tests/api/remote_fixture.hpp"

namespace bgerp::server {
namespace {

class RemoteStatistics : public RemoteWork {
protected:
    /// As they are written once the server has stopped.
    [[nodiscard]] std::vector<queue::JobStat> stats() {
        server_->stop();
        const auto pool = platform_.database().admin_pool(tenants_[0].database, 1);
        return queue::read_stats(
                   *pool->acquire(platform_.soon()),
                   queue::QueueSchema::current(),
                   {std::chrono::minutes(60), true, ""}
        )
            .stats;
    }
};

TEST_F(RemoteStatistics, Q45_Q42_EachAttemptAndItsEndIsCountedOnce) {
    start();
    push();
    EXPECT_EQ(say(take(), "complete").status, 200);
    push({{"backoff_s", Json::array({60})}});
    EXPECT_EQ(say(take(), "fail", {{"error", "e"}}).json["state"], "retryable");
    push();
    EXPECT_EQ(say(take(), "fail", {{"error", "e"}, {"retryable", false}}).json["state"], "failed");
    const std::string unwanted = push();
    const Json stopped = take();
    EXPECT_EQ(ask("DELETE", "/api/v1/jobs/" + unwanted, {token_}).status, 200);
    EXPECT_EQ(say(stopped, "fail", {{"error", "e"}}).json["state"], "cancelled");
    push();
    EXPECT_EQ(say(take(), "release").status, 200);
    const Json again = take();
    EXPECT_EQ(say(again, "complete").status, 200);
    EXPECT_EQ(say(again, "complete").json["repeated"], true);

    const auto all = stats();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].queue, "remote.paint");
    EXPECT_EQ(all[0].kind, "paint");
    const queue::JobCounts& counts = all[0].counts;
    EXPECT_EQ(counts.started, 6U);
    EXPECT_EQ(counts.completed, 2U);
    EXPECT_EQ(counts.retried, 1U);
    EXPECT_EQ(counts.failed, 1U);
    EXPECT_EQ(counts.cancelled, 1U);
    EXPECT_EQ(counts.wait.count(), 6U);
    EXPECT_EQ(counts.run.count(), 5U) << "what was given back didn't run to an end";
}

TEST_F(RemoteStatistics, Q45_Q42_WhatIsEndedWithoutAWorkerDidNotBegin) {
    start();
    push();
    execute("UPDATE jobs SET attempts = 3"); // max_tries
    EXPECT_EQ(reserve().size(), 0U);
    const auto all = stats();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].counts.started, 0U);
    EXPECT_EQ(all[0].counts.failed, 1U);
}

TEST_F(RemoteStatistics, Q45_Q42_NoneAreMadeIfNoneAreKept) {
    config_.queue.stats_keep_h = 0;
    start();
    push();
    EXPECT_EQ(say(take(), "complete").status, 200);
    EXPECT_TRUE(stats().empty());
}

} // namespace
} // namespace bgerp::server
