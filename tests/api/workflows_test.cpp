// Workflows (Q15) and signals (Q17) over the API.
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

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

} // namespace
} // namespace bgerp::server
