// Q42 beside Q35 limits, Q36 rates, Q37 breakers and Q38 pauses: what holds our own workers' jobs
// back holds those of remote workers back too.
#include "tests/api/remote_fixture.hpp"

namespace bgerp::server {
namespace {

class RemoteLimits : public RemoteWork {
protected:
    void set_limit(const Json& limit) {
        Ask order{token_};
        order.json = limit;
        const Answer answer = ask("PUT", "/api/v1/limits/some", order);
        EXPECT_LT(answer.status, 300) << answer.raw.body;
    }
};

TEST_F(RemoteLimits, Q35_Q42_ALimitHoldsBackWhatGoesBeyondIt) {
    start();
    set_limit({{"by", "key"}, {"concurrency", 1}});
    const std::string first = push({{"limit_key", "a"}});
    const std::string second = push({{"limit_key", "a"}});
    const std::string third = push({{"limit_key", "b"}});
    const Json jobs = reserve({{"limit", 5}});
    ASSERT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs[0]["uuid"], first);
    EXPECT_EQ(jobs[1]["uuid"], third) << "nobody waits behind it";
    EXPECT_EQ(shown(second)["blocked_by"], (Json{{"limit", "some"}, {"key", "a"}}));
    EXPECT_EQ(reserve({{"limit", 5}}).size(), 0U);
    EXPECT_EQ(say(jobs[1], "complete").status, 200);
    EXPECT_EQ(reserve().size(), 0U) << "another key's end";
    EXPECT_EQ(say(jobs[0], "release").status, 200);
    const Json next = take();
    EXPECT_EQ(next["uuid"], second) << "it came before the one that was given back";
    EXPECT_EQ(reserve().size(), 0U);
    EXPECT_EQ(say(next, "fail", {{"error", "e"}, {"retryable", false}}).status, 200);
    EXPECT_EQ(say(take(), "complete").status, 200);
    EXPECT_EQ(reserve().size(), 0U); // and sees that nobody waits any more
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM limit_permit"), 0);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM limit_key WHERE watch > 0"), 0);
}

TEST_F(RemoteLimits, Q35_Q42_PermitsLiveAsLongAsTheJobsLease) {
    start();
    set_limit({{"concurrency", 1}});
    push();
    push();
    const Json job = take();
    execute("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() + 3");
    EXPECT_EQ(say(job, "heartbeat").status, 200);
    const std::string left = "SELECT MAX(leased_until) - UNIX_TIMESTAMP() FROM limit_permit";
    EXPECT_GT(count(tenants_[0], left), 3);
    execute("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() - 1"); // and nobody took it
    EXPECT_EQ(say(job, "heartbeat").status, 200);
    EXPECT_GT(count(tenants_[0], left), 3);
    EXPECT_EQ(reserve().size(), 0U);
    execute("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() - 1"); // its worker is dead
    const Json next = take();
    EXPECT_NE(next["uuid"], job["uuid"]);
}

TEST_F(RemoteLimits, Q35_Q42_NobodyAsksForKeysWhoseJobsWaitInOtherQueues) {
    start();
    set_limit({{"by", "key"}, {"concurrency", 1}});
    push({{"kind", "frame"}, {"limit_key", "a"}});
    const std::string waits = push({{"kind", "frame"}, {"limit_key", "a"}});
    const std::string frame_path = "/api/v1/queues/remote.frame/reserve";
    const Json frames = post(frame_path, {{"limit", 5}}).json["jobs"];
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(say(frames[0], "complete").status, 200);
    {
        // Whoever asks for a permit waits for the key's row.
        mysql::Connection holder(platform_.database().admin(tenants_[0].database));
        holder.execute_text("START TRANSACTION");
        int keys = 0;
        holder.query("SELECT 1 FROM limit_key FOR UPDATE", {}, [&](const mysql::Row&) { ++keys; });
        EXPECT_EQ(keys, 1);
        EXPECT_EQ(reserve().size(), 0U);
        holder.execute_text("ROLLBACK");
    }
    const Json next = post(frame_path, {{"limit", 5}}).json["jobs"];
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0]["uuid"], waits);
}

TEST_F(RemoteLimits, Q36_Q42_ARateHoldsForRemoteJobs) {
    start();
    set_limit({{"rate", 2}, {"period_s", 3600}});
    for (int i = 0; i < 4; ++i) {
        push();
    }
    EXPECT_EQ(reserve({{"limit", 5}}).size(), 2U);
    EXPECT_EQ(reserve({{"limit", 5}}).size(), 0U);
    execute("UPDATE limit_key SET full_us = full_us - 1800000000"); // half an hour later
    EXPECT_EQ(reserve({{"limit", 5}}).size(), 1U);
    EXPECT_EQ(reserve({{"limit", 5}}).size(), 0U);
}

TEST_F(RemoteLimits, Q37_Q42_ABreakerHearsOfRemoteAttempts) {
    start();
    set_limit({{"breaker_failures", 1}, {"breaker_open_s", 600}});
    for (int i = 0; i < 4; ++i) {
        push();
    }
    const auto time_is_over = [&] {
        execute("UPDATE limit_key SET open_until = UNIX_TIMESTAMP() - 1");
    };
    const Json failure{{"error", "e"}, {"retryable", false}};
    EXPECT_EQ(say(take(), "fail", failure).status, 200);
    EXPECT_EQ(reserve().size(), 0U) << "open";
    time_is_over();
    EXPECT_EQ(say(take(), "fail", failure).status, 200);
    EXPECT_EQ(reserve().size(), 0U) << "open again";
    time_is_over();
    const Json probe = take();
    EXPECT_EQ(reserve().size(), 0U) << "one is let through";
    EXPECT_EQ(say(probe, "complete").status, 200);
    EXPECT_EQ(reserve().size(), 1U);
}

TEST_F(RemoteLimits, Q38_Q42_PausesOfKindsAndOfEverythingHoldForRemoteJobs) {
    start();
    push();
    EXPECT_EQ(ask("POST", "/api/v1/pause", {token_}).status, 200);
    EXPECT_EQ(post(queue_path, Json::object()).json["paused"], true);
    EXPECT_EQ(ask("POST", "/api/v1/resume", {token_}).status, 200);
    EXPECT_EQ(ask("POST", "/api/v1/kinds/paint/pause", {token_}).status, 200);
    EXPECT_EQ(reserve().size(), 0U);
    EXPECT_EQ(reserve().size(), 0U);
    EXPECT_EQ(ask("POST", "/api/v1/kinds/paint/resume", {token_}).status, 200);
    EXPECT_EQ(reserve().size(), 1U);
}

} // namespace
} // namespace bgerp::server
