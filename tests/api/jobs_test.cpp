// Jobs, queues, failed jobs, batches and Idempotency-Key over the API.
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

#include <future>

namespace bgerp::server {
namespace {

constexpr const char* count_jobs = "SELECT COUNT(*) FROM jobs";

class Jobs : public ApiTest {
protected:
    Answer push_with_key(const std::string& key, const Json& json) {
        Ask request{token_};
        request.json = json;
        request.headers = {{"Idempotency-Key", key}};
        return ask("POST", "/api/v1/jobs", request);
    }
};

TEST_F(Jobs, Q35_LimitsAndPausesAreSetAndLifted) {
    start();
    Ask wanted{token_};
    wanted.json = {{"by", "key"}, {"concurrency", 2}, {"rate", 10}};
    const Answer set = ask("PUT", "/api/v1/limits/customers", wanted);
    ASSERT_EQ(set.status, 200) << set.raw.body;
    EXPECT_EQ(set.json["burst"], 10);
    EXPECT_EQ(get("/api/v1/limits").json["limits"][0], set.json);
    EXPECT_TRUE(get("/api/v1/limits/customers").json["keys"].empty());
    EXPECT_EQ(ask("POST", "/api/v1/limits/customers/reset", {token_}).json["reset"], 0);
    EXPECT_EQ(ask("DELETE", "/api/v1/limits/customers", {token_}).status, 204);
    EXPECT_EQ(ask("DELETE", "/api/v1/limits/customers", {token_}).status, 404);
    wanted.json = {{"by", "key"}};
    EXPECT_EQ(ask("PUT", "/api/v1/limits/customers", wanted).status, 422) << "nothing to limit";

    EXPECT_EQ(ask("POST", "/api/v1/kinds/noop/pause?for_s=60", {token_}).json["paused"], true);
    EXPECT_EQ(ask("POST", "/api/v1/pause", {token_}).json["scope"], "all");
    EXPECT_EQ(get("/api/v1/pauses").json["pauses"].size(), 2U);
    EXPECT_EQ(ask("POST", "/api/v1/resume", {token_}).json["paused"], false);
    EXPECT_EQ(ask("POST", "/api/v1/kinds/noop/resume", {token_}).json["paused"], false);
    EXPECT_TRUE(get("/api/v1/pauses").json["pauses"].empty());
}

TEST_F(Jobs, APushedJobIsThereAndCanBeCancelled) {
    start();
    const Answer pushed = post(
        "/api/v1/jobs",
        {{"kind", "noop"},
         {"args", {{"n", 1}}},
         {"queue", "mail"},
         {"priority", -5},
         {"max_tries", 3},
         {"backoff_s", {1, 5}},
         {"tags", {"nightly"}}}
    );
    ASSERT_EQ(pushed.status, 202) << pushed.raw.body;
    EXPECT_EQ(pushed.json["state"], "available");
    const std::string location = pushed.raw.header("location");
    EXPECT_EQ(location, "/api/v1/jobs/" + pushed.json["uuid"].get<std::string>());
    const Answer shown = get(location);
    EXPECT_EQ(shown.json["kind"], "noop");
    EXPECT_EQ(shown.json["queue"], "mail");
    EXPECT_EQ(shown.json["priority"], -5);
    EXPECT_EQ(shown.json["state"], "available");
    EXPECT_EQ(get("/api/v1/queues").json["queues"][0]["queue"], "mail");
    EXPECT_EQ(get("/api/v1/jobs?queue=mail&state=available").json["jobs"].size(), 1U);
    EXPECT_EQ(get("/api/v1/jobs?queue=other").json["jobs"].size(), 0U);
    EXPECT_EQ(ask("DELETE", location, {token_}).json["state"], "cancelled");
    EXPECT_EQ(ask("DELETE", location, {token_}).status, 409);
    EXPECT_EQ(get(location).json["state"], "cancelled");
    EXPECT_EQ(count(tenants_[0], count_jobs), 0);
}

TEST_F(Jobs, AQueueIsPausedAndResumed) {
    start();
    EXPECT_EQ(ask("POST", "/api/v1/queues/mail/pause", {token_}).json["paused"], true);
    EXPECT_EQ(get("/api/v1/queues").json["queues"][0]["queue"], "mail") << "empty, and paused";
    EXPECT_EQ(post("/api/v1/jobs", {{"kind", "noop"}, {"queue", "mail"}}).status, 202);
    const Answer paused = get("/api/v1/queues");
    ASSERT_EQ(paused.json["queues"].size(), 1U);
    EXPECT_EQ(paused.json["queues"][0]["paused"], true);
    EXPECT_EQ(paused.json["queues"][0]["available"], 1);
    EXPECT_EQ(ask("POST", "/api/v1/queues/mail/resume", {token_}).json["paused"], false);
    EXPECT_EQ(get("/api/v1/queues").json["queues"][0]["paused"], false);
    EXPECT_EQ(
        ask("POST", "/api/v1/queues/" + std::string(300, 'q') + "/pause", {token_}).status,
        422
    );
    const std::string reader = token_of(tenants_[0], {"jobs:*"});
    EXPECT_EQ(ask("POST", "/api/v1/queues/mail/pause", {reader}).status, 403);
}

TEST_F(Jobs, ADelayedJobIsScheduled) {
    start();
    const Answer pushed = post("/api/v1/jobs", {{"kind", "noop"}, {"delay_s", 3600}});
    EXPECT_EQ(pushed.json["state"], "scheduled");
    EXPECT_EQ(get(pushed.raw.header("location")).json["state"], "scheduled");
}

TEST_F(Jobs, AnotherTenantsJobIsNotFound) {
    start();
    const Answer pushed = post("/api/v1/jobs", {{"kind", "noop"}});
    const std::string location = pushed.raw.header("location");
    const std::string zenith = token_of(tenants_[1], {"*"});
    EXPECT_EQ(ask("GET", location, {zenith}).status, 404);
    EXPECT_EQ(ask("DELETE", location, {zenith}).status, 404);
    EXPECT_EQ(ask("GET", "/api/v1/jobs", {zenith}).json["jobs"].size(), 0U);
    EXPECT_EQ(get(location).status, 200);
}

TEST_F(Jobs, WhatIsWrongIsNamed) {
    start();
    const auto field = [&](const Json& json) {
        const Answer answer = post("/api/v1/jobs", json);
        EXPECT_EQ(answer.status, 422) << answer.raw.body;
        EXPECT_EQ(answer.code(), "invalid_argument");
        return answer.field();
    };
    EXPECT_EQ(field({{"args", Json::object()}}), "kind");
    EXPECT_EQ(field({{"kind", "no_worker_knows_it"}}), "kind");
    EXPECT_EQ(field({{"kind", "noop"}, {"kimd", 1}}), "kimd");
    EXPECT_EQ(field({{"kind", "noop"}, {"priority", 99999}}), "priority");
    EXPECT_EQ(field({{"kind", "noop"}, {"delay_s", -1}}), "delay_s");
    EXPECT_EQ(field({{"kind", "noop"}, {"backoff_s", {-1}}}), "backoff_s");
    EXPECT_EQ(get("/api/v1/jobs?limit=0").field(), "limit");
    EXPECT_EQ(get("/api/v1/jobs?state=odd").field(), "state");
    EXPECT_EQ(count(tenants_[0], count_jobs), 0);
}

TEST_F(Jobs, AKindTheOperatorDeclaredIsKnown) {
    config_.exec.push_back({"resize_image", {"/bin/true"}});
    start();
    EXPECT_EQ(post("/api/v1/jobs", {{"kind", "resize_image"}}).status, 202);
}

TEST_F(Jobs, BulkIsAllOrNone) {
    start();
    Json jobs = Json::array();
    for (int i = 0; i < 500; ++i) {
        jobs.push_back({{"kind", "noop"}, {"args", {{"n", i}}}});
    }
    const Answer pushed = post("/api/v1/jobs/bulk", {{"jobs", jobs}});
    ASSERT_EQ(pushed.status, 202) << pushed.raw.body;
    EXPECT_EQ(pushed.json["uuids"].size(), 500U);
    EXPECT_EQ(count(tenants_[0], count_jobs), 500);
    jobs[321]["kind"] = "unknown";
    const Answer refused = post("/api/v1/jobs/bulk", {{"jobs", jobs}});
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.field(), "jobs[321].kind");
    EXPECT_EQ(count(tenants_[0], count_jobs), 500);
}

TEST_F(Jobs, APayloadAboveTheLimitIs413) {
    config_.queue.payload_kib_max = 1;
    start();
    const Answer answer =
        post("/api/v1/jobs", {{"kind", "noop"}, {"args", {{"x", std::string(2000, 'x')}}}});
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.code(), "too_large");
}

TEST_F(Jobs, ARepeatedRequestGetsTheFirstAnswer) {
    start();
    const Json job = {{"kind", "noop"}, {"args", {{"n", 1}}}};
    const Answer first = push_with_key("order-1", job);
    const Answer second = push_with_key("order-1", job);
    ASSERT_EQ(first.status, 202);
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(second.json, first.json);
    EXPECT_EQ(second.raw.header("location"), first.raw.header("location"));
    EXPECT_EQ(second.raw.header("idempotency-replayed"), "true");
    EXPECT_EQ(count(tenants_[0], count_jobs), 1);
    const Answer other = push_with_key("order-1", {{"kind", "noop"}, {"args", {{"n", 2}}}});
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.field(), "Idempotency-Key");
    EXPECT_EQ(push_with_key("order-2", job).status, 202);
    EXPECT_EQ(count(tenants_[0], count_jobs), 2);
    EXPECT_EQ(push_with_key(std::string(256, 'x'), job).status, 422);
}

TEST_F(Jobs, ARefusedRequestFreesItsKey) {
    config_.queue.payload_kib_max = 1;
    start();
    const Json large = {{"kind", "noop"}, {"args", {{"x", std::string(2000, 'x')}}}};
    EXPECT_EQ(push_with_key("order-1", large).status, 413);
    EXPECT_EQ(push_with_key("order-1", {{"kind", "noop"}}).status, 202);
}

TEST_F(Jobs, OfManyAtOnceWithOneKeyOneHappens) {
    start();
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 8; ++i) {
        answers.push_back(std::async(std::launch::async, [this] {
            return push_with_key("race", {{"kind", "noop"}});
        }));
    }
    std::set<std::string> uuids;
    for (auto& pending : answers) {
        const Answer answer = pending.get();
        ASSERT_EQ(answer.status, 202) << answer.raw.body;
        uuids.insert(answer.json["uuid"]);
    }
    EXPECT_EQ(uuids.size(), 1U);
    EXPECT_EQ(count(tenants_[0], count_jobs), 1);
}

TEST_F(Jobs, FailedJobsAreListedRetriedAndForgotten) {
    start();
    const std::string uuid = "0192c0de-0000-7000-8000-000000000001";
    mysql::Connection admin(platform_.database().admin(tenants_[0].database));
    admin.execute(
        "INSERT INTO failed_jobs (uuid, connection, queue, payload, exception) "
        "VALUES (?, 'database', 'default', ?, 'it broke')",
        {uuid, R"({"uuid":")" + uuid + R"(","displayName":"noop","job":"noop","data":{}})"}
    );
    EXPECT_EQ(get("/api/v1/failed-jobs").json["failed_jobs"][0]["uuid"], uuid);
    EXPECT_EQ(get("/api/v1/failed-jobs/" + uuid).json["error"], "it broke");
    EXPECT_EQ(ask("POST", "/api/v1/failed-jobs/" + uuid + "/retry", {token_}).status, 202);
    EXPECT_EQ(count(tenants_[0], count_jobs), 1);
    EXPECT_EQ(ask("POST", "/api/v1/failed-jobs/" + uuid + "/retry", {token_}).status, 404);
    EXPECT_EQ(ask("DELETE", "/api/v1/failed-jobs/" + uuid, {token_}).status, 404);
    EXPECT_EQ(ask("DELETE", "/api/v1/failed-jobs/none", {token_}).status, 404);
}

TEST_F(Jobs, ABatchCountsItsJobs) {
    start();
    const Answer made = post(
        "/api/v1/batches",
        {{"name", "night"},
         {"jobs", {{{"kind", "noop"}}, {{"kind", "noop"}}}},
         {"then", {{"kind", "noop"}, {"queue", "after"}}}}
    );
    ASSERT_EQ(made.status, 202) << made.raw.body;
    const std::string location = made.raw.header("location");
    const Answer shown = get(location);
    EXPECT_EQ(shown.json["total"], 2);
    EXPECT_EQ(shown.json["pending"], 2);
    EXPECT_EQ(shown.json["finished"], false);
    EXPECT_EQ(get("/api/v1/batches").json["batches"].size(), 1U);
    EXPECT_EQ(ask("DELETE", location, {token_}).status, 200);
    EXPECT_EQ(get(location).json["cancelled"], true);
    EXPECT_EQ(get("/api/v1/batches/none").status, 404);
    const Answer wrong =
        post("/api/v1/batches", {{"jobs", Json::array()}, {"then", {{"kind", "unknown"}}}});
    EXPECT_EQ(wrong.field(), "then.kind");
}

} // namespace
} // namespace bgerp::server
