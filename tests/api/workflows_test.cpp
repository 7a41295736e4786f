// Workflows (Q15), signals (Q17) and waiting for a job's end (Q18) over the API.
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

#include <future>

namespace bgerp::server {
namespace {

using ::testing::HasSubstr;

class Workflows : public ApiTest {
protected:
    static Json two_steps() {
        return {
            {"name", "night"},
            {"steps",
             {{{"name", "a"}, {"kind", "noop"}, {"priority", 3}},
              {{"name", "b"}, {"kind", "noop"}, {"after", {"a"}}, {"on_failure", "continue"}}}}};
    }
};

TEST_F(Workflows, Q15_OneIsMadeShownAndCancelled) {
    start();
    const Answer made = post("/api/v1/workflows", two_steps());
    ASSERT_EQ(made.status, 202) << made.raw.body;
    EXPECT_EQ(made.json["total"], 2);
    const std::string location = made.raw.header("location");
    const Answer shown = get(location);
    ASSERT_EQ(shown.status, 200) << shown.raw.body;
    EXPECT_EQ(shown.json["name"], "night");
    EXPECT_EQ(shown.json["state"], "running");
    EXPECT_EQ(shown.json["steps"][0]["state"], "available");
    EXPECT_EQ(shown.json["steps"][1]["state"], "waiting");
    EXPECT_EQ(shown.json["steps"][1]["after"], Json::array({"a"}));
    EXPECT_EQ(shown.json["steps"][1]["on_failure"], "continue");
    EXPECT_EQ(get("/api/v1/workflows?limit=5").json["workflows"].size(), 1U);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs WHERE priority = 3"), 1);
    EXPECT_EQ(ask("POST", location + "/retry", {token_}).status, 409);
    EXPECT_EQ(ask("DELETE", location, {token_}).json["state"], "cancelled");
    EXPECT_EQ(ask("DELETE", location, {token_}).status, 409);
    EXPECT_EQ(ask("POST", location + "/retry", {token_}).status, 202);
    EXPECT_EQ(get(location).json["state"], "running");
    EXPECT_EQ(get("/api/v1/workflows/none").status, 404);
}

TEST_F(Workflows, Q15_ADamagedOneIsRefusedWithTheFieldsName) {
    start();
    Json damaged = two_steps();
    damaged["steps"][1]["after"] = {"c"};
    Answer refused = post("/api/v1/workflows", damaged);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.field(), "steps[1].after");
    EXPECT_THAT(refused.raw.body, HasSubstr("\\\"c\\\""));
    damaged = two_steps();
    damaged["steps"][0]["kind"] = "no.such.kind";
    EXPECT_EQ(post("/api/v1/workflows", damaged).field(), "steps[0].kind");
    damaged = two_steps();
    damaged["steps"][0]["colour"] = "red";
    EXPECT_EQ(post("/api/v1/workflows", damaged).field(), "steps[0].colour");
    damaged = two_steps();
    damaged["steps"][0]["after"] = {"b"};
    EXPECT_THAT(post("/api/v1/workflows", damaged).raw.body, HasSubstr("->"));
    EXPECT_EQ(post("/api/v1/workflows", {{"steps", Json::array()}}).status, 422);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM workflow"), 0);
}

TEST_F(Workflows, Q15_TheSameKeyMakesOneWorkflow) {
    start();
    Ask request{token_};
    request.json = two_steps();
    request.headers = {{"Idempotency-Key", "night-1"}};
    const Answer first = ask("POST", "/api/v1/workflows", request);
    EXPECT_EQ(ask("POST", "/api/v1/workflows", request).json["id"], first.json["id"]);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM workflow"), 1);
}

TEST_F(Workflows, Q17_ASignalIsSent) {
    start();
    const Answer job =
        post("/api/v1/jobs", {{"kind", "wait.signal"}, {"args", {{"signal", "approved"}}}});
    ASSERT_EQ(job.status, 202) << job.raw.body;
    const std::string path = job.raw.header("location") + "/signals/approved";
    const Answer sent = post(path, {{"payload", {{"by", "ann"}}}});
    EXPECT_EQ(sent.status, 202) << sent.raw.body;
    EXPECT_EQ(sent.json["woke"], false);
    EXPECT_EQ(post(path, {{"payload", {{"by", "ann"}}}}).status, 202);
    EXPECT_EQ(post(path, {{"payload", {{"by", "bob"}}}}).status, 409);
    EXPECT_EQ(ask("POST", job.raw.header("location") + "/signals/bare", {token_}).status, 202);
    EXPECT_EQ(post("/api/v1/jobs/none/signals/approved", Json::object()).status, 404);
    const std::string reader = token_of(tenants_[0], {"jobs:read"});
    EXPECT_EQ(ask("POST", path, {reader}).status, 403);
}

TEST_F(Workflows, Q18_TheAnswerComesWhenTheJobHasEnded) {
    config_.server.database_threads = 1;
    start();
    const std::string location = post("/api/v1/jobs", {{"kind", "noop"}}).raw.header("location");
    EXPECT_EQ(get(location + "?wait=0").json["state"], "available");
    auto waiting = std::async(std::launch::async, [&] { return get(location + "?wait=60"); });
    // While it is waited for, the only database thread serves others.
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(get("/api/v1/queues").status, 200);
    }
    EXPECT_EQ(waiting.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    EXPECT_EQ(ask("DELETE", location, {token_}).json["state"], "cancelled");
    const Answer answer = waiting.get();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json["state"], "cancelled");
}

TEST_F(Workflows, Q18_WhenTheTimeIsOverItsStateIsTheAnswer) {
    start();
    const std::string location = post("/api/v1/jobs", {{"kind", "noop"}}).raw.header("location");
    const auto begun = std::chrono::steady_clock::now();
    const Answer answer = get(location + "?wait=1");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.json["state"], "available");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
    EXPECT_EQ(get(location + "?wait=61").status, 422);
    EXPECT_EQ(get(location + "?wait=x").status, 422);
}

TEST_F(Workflows, Q18_AServerThatStopsAnswersWhoWaits) {
    start();
    const std::string location = post("/api/v1/jobs", {{"kind", "noop"}}).raw.header("location");
    testing::RawClient waiting(server_->port());
    ASSERT_TRUE(waiting.send(
        "GET " + location + "?wait=60 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
        token_ + "\r\n\r\n"
    ));
    for (int i = 0; i < 50; ++i) { // sent later, answered before
        EXPECT_EQ(get("/api/v1/queues").status, 200);
    }
    EXPECT_THAT(
        ask("GET", "/metrics", {}).raw.body,
        ::testing::Not(HasSubstr(R"({endpoint="GET /api/v1/jobs/{uuid}",status=)"))
    ) << "no answer so far";
    server_->stop();
    const auto answer = waiting.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(value_or_throw(parse_json(answer.body))["state"], "available");
}

} // namespace
} // namespace bgerp::server
