// Q42: remote workers over the API: reserve, heartbeat, complete, fail, release, and what a stale
// lease, a lost answer or a cancelled job come to.
#include "tests/api/remote_fixture.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>

namespace bgerp::server {
namespace {

using testing_support::eventually;

TEST_F(RemoteWork, Q42_AJobIsTakenAndCompleted) {
    start();
    const std::string uuid =
        push({{"args", {{"colour", "red"}}}, {"tags", {"art"}}, {"timeout_s", 60}});
    const Json job = take();
    EXPECT_EQ(job["uuid"], uuid);
    EXPECT_EQ(job["kind"], "paint");
    EXPECT_EQ(job["queue"], "remote.paint");
    EXPECT_EQ(job["args"], (Json{{"colour", "red"}}));
    EXPECT_EQ(job["attempt"], 1);
    EXPECT_EQ(job["timeout_s"], 60);
    EXPECT_EQ(job["lease_s"], config_.queue.lease_s);
    EXPECT_EQ(state(uuid), "running");
    EXPECT_EQ(reserve().size(), 0U);
    const Answer beat = say(job, "heartbeat", {{"progress", 40}, {"message", "first coat"}});
    EXPECT_EQ(beat.status, 200) << beat.raw.body;
    EXPECT_EQ(beat.json["stop"], false);
    EXPECT_EQ(shown(uuid)["progress"], 40);
    EXPECT_EQ(shown(uuid)["progress_message"], "first coat");
    const Answer done = say(job, "complete", {{"output", {{"litres", 2}}}});
    EXPECT_EQ(done.status, 200) << done.raw.body;
    EXPECT_EQ(done.json["state"], "completed");
    EXPECT_EQ(done.json["repeated"], false);
    EXPECT_EQ(state(uuid), "completed");
    EXPECT_EQ(shown(uuid)["output"], (Json{{"litres", 2}}));
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(RemoteWork, Q42_TheSameEndAgainIsTheSameAnswer) {
    start();
    const std::string uuid = push();
    const Json job = take();
    say(job, "complete");
    const Answer again = say(job, "complete");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.json["state"], "completed");
    EXPECT_EQ(again.json["repeated"], true);
    for (const char* const verb : {"heartbeat", "release"}) {
        const Answer late = say(job, verb);
        EXPECT_EQ(late.status, 409) << verb;
        EXPECT_EQ(late.code(), "lease_lost") << verb;
    }
    EXPECT_EQ(say(job, "fail", {{"error", "no"}}).code(), "lease_lost");
    EXPECT_EQ(state(uuid), "completed");
}

TEST_F(RemoteWork, Q42_AnUntrackedJobsRepeatIsALostLease) {
    start();
    push({{"tracked", false}});
    const Json job = take();
    EXPECT_EQ(say(job, "complete").json["state"], "completed");
    EXPECT_EQ(say(job, "complete").code(), "lease_lost");
}

TEST_F(RemoteWork, Q42_AFailedAttemptIsRetriedByTheJobsRules) {
    start();
    const std::string uuid = push({{"backoff_s", {0, 60}}});
    const Answer failed = say(take(), "fail", {{"error", "the brush broke"}, {"code", "brush"}});
    EXPECT_EQ(failed.status, 200) << failed.raw.body;
    EXPECT_EQ(failed.json["state"], "available");
    EXPECT_EQ(shown(uuid)["error"], "brush: the brush broke");
    const Json second = take();
    EXPECT_EQ(second["attempt"], 2);
    const Answer again = say(second, "fail", {{"error", "again"}});
    EXPECT_EQ(again.json["state"], "retryable");
    EXPECT_EQ(again.json["delay_s"], 60);
    EXPECT_EQ(say(second, "fail", {{"error", "again"}}).json["repeated"], true);
    EXPECT_EQ(reserve().size(), 0U);
    execute("UPDATE job_delayed SET available_at = 1");
    const Json third = take(); // no worker of ours is there to promote it
    EXPECT_EQ(say(third, "fail", {{"error", "and again"}}).json["state"], "failed") << "max_tries";
    EXPECT_EQ(state(uuid), "failed");
    EXPECT_EQ(shown(uuid)["history"].size(), 3U);
}

TEST_F(RemoteWork, Q42_WhatNoOtherTryMendsFailsAtOnce) {
    start();
    const std::string uuid = push();
    EXPECT_EQ(
        say(take(), "fail", {{"error", "no such colour"}, {"retryable", false}}).json["state"],
        "failed"
    );
    EXPECT_EQ(state(uuid), "failed");
    push({{"fail_on", {"brush"}}}); // Q22
    EXPECT_EQ(
        say(take(), "fail", {{"error", "it broke"}, {"code", "brush"}}).json["state"],
        "failed"
    );
    push();
    const Json told = say(take(), "fail", {{"error", "busy"}, {"retry_after_s", 90}}).json;
    EXPECT_EQ(told["state"], "retryable");
    EXPECT_EQ(told["delay_s"], 90);
}

TEST_F(RemoteWork, Q42_AReleasedJobHasSpentNoTry) {
    start();
    const std::string uuid = push();
    const Json job = take();
    EXPECT_EQ(say(job, "release").json["state"], "available");
    EXPECT_EQ(say(job, "release").json["repeated"], true);
    const Json again = take();
    EXPECT_EQ(again["attempt"], 1);
    EXPECT_EQ(say(job, "complete").code(), "lease_lost") << "the first lease is nobody's now";
    EXPECT_EQ(say(again, "release", {{"delay_s", 60}}).json["state"], "scheduled");
    EXPECT_EQ(state(uuid), "scheduled");
}

TEST_F(RemoteWork, Q42_ADeadWorkersJobRunsAgainAndItsLateEndIsRefused) {
    start();
    const std::string uuid = push();
    const Json first = take();
    age_leases(static_cast<int>(config_.queue.lease_s) + 1);
    const Json second = take();
    EXPECT_EQ(second["uuid"], uuid);
    EXPECT_EQ(second["attempt"], 1) << "a dead worker spends no try";
    const Answer late = say(first, "complete", {{"output", "mine"}});
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(late.code(), "lease_lost");
    EXPECT_EQ(say(first, "heartbeat").code(), "lease_lost");
    EXPECT_EQ(say(second, "complete", {{"output", "yours"}}).status, 200);
    EXPECT_EQ(shown(uuid)["output"], "yours");
}

TEST_F(RemoteWork, Q42_AHeartbeatKeepsTheJob) {
    config_.queue.lease_s = 60; // of which twenty seconds are for a machine that is held up
    start();
    push();
    const Json job = reserve({{"worker", "easel-1"}})[0];
    age_leases(40);
    EXPECT_EQ(say(job, "heartbeat").json["lease_s"], config_.queue.lease_s);
    age_leases(40);
    EXPECT_EQ(reserve().size(), 0U);
}

TEST_F(RemoteWork, Q42_AHeartbeatTellsOfCancellingAndTheEndIsCancelled) {
    start();
    const std::string uuid = push();
    const Json job = take();
    EXPECT_EQ(ask("DELETE", "/api/v1/jobs/" + uuid, {token_}).json["state"], "running");
    const Json beat = say(job, "heartbeat").json;
    EXPECT_EQ(beat["stop"], true);
    EXPECT_EQ(beat["reason"], "cancelled");
    EXPECT_EQ(say(job, "fail", {{"error", "stopped"}}).json["state"], "cancelled");
    EXPECT_EQ(state(uuid), "cancelled");
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM failed_jobs"), 0);
}

TEST_F(RemoteWork, Q42_AnAttemptOutOfTimeIsToldSoAndThenLost) {
    start();
    push({{"timeout_s", 1}});
    const Json job = take();
    EXPECT_TRUE(eventually([&] { return say(job, "heartbeat").json.value("stop", false); }));
    EXPECT_EQ(say(job, "heartbeat").json["reason"], "timeout");
}

TEST_F(RemoteWork, Q42_WhatMayNotBeginIsEndedAndNotHandedOut) {
    start();
    const std::string tired = push();
    execute("UPDATE jobs SET attempts = 3");
    execute("INSERT INTO jobs (queue, payload, attempts, available_at, created_at) VALUES"
            " ('remote.paint', 'junk', 0, 1, 1), ('remote.paint', '{\"job\":\"paint\"}', 0, 1, 1)");
    const std::string good = push();
    EXPECT_EQ(reserve({{"limit", 10}}).at(0)["uuid"], good);
    EXPECT_EQ(state(tired), "failed");
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM failed_jobs"), 3);
}

TEST_F(RemoteWork, Q42_ABatchsMembersEndWithIt) {
    start();
    const Answer made = post(
        "/api/v1/batches",
        {{"jobs", {{{"kind", "paint"}}, {{"kind", "paint"}}}}, {"then", {{"kind", "frame"}}}}
    );
    ASSERT_EQ(made.status, 202) << made.raw.body;
    for (const Json& job : reserve({{"limit", 2}})) {
        EXPECT_EQ(job["batch_id"], made.json["id"]);
        EXPECT_EQ(say(job, "complete").status, 200);
    }
    EXPECT_EQ(get(made.raw.header("location")).json["finished"], true);
    EXPECT_EQ(post("/api/v1/queues/remote.frame/reserve", Json::object()).json["jobs"].size(), 1U);
}

TEST_F(RemoteWork, Q42_MembersOfACancelledBatchAreNotHandedOut) {
    start();
    const Answer made = post("/api/v1/batches", {{"jobs", {{{"kind", "paint"}}}}});
    EXPECT_EQ(ask("DELETE", made.raw.header("location"), {token_}).status, 200);
    EXPECT_EQ(reserve().size(), 0U);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs"), 0);
    EXPECT_EQ(get(made.raw.header("location")).json["finished"], true);
}

TEST_F(RemoteWork, Q42_AReservationWaitsForWorkWithoutAThread) {
    config_.server.database_threads = 1; // one that waited would keep the push out
    start();
    testing::RawClient client(server_->port());
    client.send(waiting_reservation());
    EXPECT_EQ(get("/api/v1/queues").status, 200); // the first look is over
    const std::string uuid = push();
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    const Json jobs = value_or_throw(parse_json(answer.body))["jobs"];
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0]["uuid"], uuid);
}

TEST_F(RemoteWork, Q42_AReservationEndsEmptyWhenItsTimeIsOver) {
    config_.server.request_timeout_s = 6; // of which five are kept for the answer
    start();
    EXPECT_EQ(reserve({{"wait_s", 60}}).size(), 0U);
}

TEST_F(RemoteWork, Q42_WhoHangsUpWhileWaitingTakesNothing) {
    start();
    {
        const testing::RawClient client(server_->port());
        client.send(waiting_reservation());
        EXPECT_EQ(get("/api/v1/queues").status, 200);
    }
    // The server notices at its next look, and not when the wait of twenty seconds is over.
    const auto nobody_waits = [&] {
        const std::string metrics = ask("GET", "/metrics", {}).raw.body;
        return metrics.find("bgerp_http_core{what=\"connections\"} 1\n") != std::string::npos;
    };
    ASSERT_TRUE(eventually(nobody_waits, std::chrono::seconds(15)));
    const std::string uuid = push();
    EXPECT_EQ(reserve().size(), 1U);
    EXPECT_EQ(shown(uuid)["attempts"], 1) << "the one that hung up got nothing";
}

TEST_F(RemoteWork, Q42_AStoppingServerAnswersWhoWaits) {
    start();
    testing::RawClient client(server_->port());
    client.send(waiting_reservation());
    EXPECT_EQ(get("/api/v1/queues").status, 200);
    server_->stop();
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(RemoteWork, Q42_APausedQueueGivesNothing) {
    start();
    push();
    EXPECT_EQ(ask("POST", "/api/v1/queues/remote.paint/pause", {token_}).status, 200);
    const Answer answer = post(queue_path, Json::object());
    EXPECT_EQ(answer.json["jobs"].size(), 0U);
    EXPECT_EQ(answer.json["paused"], true);
    EXPECT_EQ(ask("POST", "/api/v1/queues/remote.paint/resume", {token_}).status, 200);
    EXPECT_EQ(reserve().size(), 1U);
}

TEST_F(RemoteWork, Q42_LeasesOfOthersAreRefused) {
    start();
    push();
    push();
    const Json jobs = reserve({{"limit", 2}});
    ASSERT_EQ(jobs.size(), 2U);
    Json swapped = jobs[0];
    swapped["lease"] = jobs[1]["lease"];
    EXPECT_EQ(say(swapped, "complete").status, 422);
    EXPECT_EQ(say(swapped, "complete").field(), "lease");
    for (const std::string& lease :
         {std::string("x"),
          jobs[0]["lease"].get<std::string>() + "00",
          "f" + jobs[0]["lease"].get<std::string>().substr(1) + "ff"}) {
        Json forged = jobs[0];
        forged["lease"] = lease;
        EXPECT_EQ(say(forged, "complete").status, 422) << lease;
    }
    Ask elsewhere{token_of(tenants_[1], {"*"})};
    elsewhere.json = {{"lease", jobs[0]["lease"]}};
    const std::string path = "/api/v1/jobs/" + jobs[0]["uuid"].get<std::string>() + "/complete";
    EXPECT_EQ(ask("POST", path, elsewhere).status, 422);
    Ask unable{token_of(tenants_[0], {"jobs:push", "jobs:read"})};
    unable.json = {{"lease", jobs[0]["lease"]}};
    EXPECT_EQ(ask("POST", path, unable).status, 403);
    EXPECT_EQ(say(jobs[0], "complete").status, 200);
}

TEST_F(RemoteWork, Q42_ARemoteKindHasItsOwnQueue) {
    start();
    const Answer refused = post("/api/v1/jobs", {{"kind", "paint"}, {"queue", "default"}});
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.field(), "queue");
    const Answer elsewhere = post("/api/v1/jobs", {{"kind", "paint"}, {"queue", "remote.vip"}});
    EXPECT_EQ(elsewhere.json["queue"], "remote.vip");
}

} // namespace
} // namespace bgerp::server
