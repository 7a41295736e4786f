// S4: recurring jobs over the API.
#include "tests/api/api_fixture.hpp"

namespace bgerp::server {
namespace {

using Schedules = ApiTest;

TEST_F(Schedules, AreAddedChangedPausedRunAndRemoved) {
    start();
    const Json wanted{
        {"name", "nightly"},
        {"cron", "H 2 * * *"},
        {"time_zone", "Europe/Berlin"},
        {"kind", "noop"},
        {"args", {{"n", 1}}},
        {"missed", "backfill"}};
    const Answer added = post("/api/v1/schedules", wanted);
    ASSERT_EQ(added.status, 201) << added.raw.body;
    EXPECT_EQ(added.json["missed"], "backfill");
    EXPECT_EQ(added.json["overlap"], "skip");
    EXPECT_EQ(post("/api/v1/schedules", wanted).status, 409) << "the name is taken";
    EXPECT_EQ(get("/api/v1/schedules").json["schedules"], Json::array({added.json}));

    Ask change{token_};
    change.json = {{"cron", "30 4 * * *"}, {"queue", "slow"}};
    const std::string path = "/api/v1/schedules/nightly";
    const Answer changed = ask("PATCH", path, change);
    ASSERT_EQ(changed.status, 200) << changed.raw.body;
    EXPECT_EQ(changed.json["queue"], "slow");
    EXPECT_EQ(changed.json["args"], (Json{{"n", 1}}));
    EXPECT_NE(changed.json["next_run_at"], added.json["next_run_at"]);
    EXPECT_EQ(get(path).json, changed.json);

    EXPECT_EQ(ask("POST", path + "/pause", {token_}).json["paused"], true);
    EXPECT_EQ(ask("POST", path + "/resume", {token_}).json["paused"], false);
    const Answer run = ask("POST", path + "/run", {token_});
    ASSERT_EQ(run.status, 202) << run.raw.body;
    EXPECT_EQ(get(run.raw.header("location")).json["queue"], "slow");
    EXPECT_EQ(get(path).json["last_job"], run.json["uuid"]);
    EXPECT_EQ(ask("DELETE", path, {token_}).status, 204);
    EXPECT_EQ(get(path).status, 404);
    EXPECT_EQ(ask("POST", path + "/run", {token_}).status, 404);
}

TEST_F(Schedules, WhatCantBeIsRefusedWithItsField) {
    start();
    const auto field_of = [&](const char* name, const char* value) {
        Json body{{"name", "x"}, {"cron", "@daily"}, {"kind", "noop"}};
        body[name] = value;
        const Answer answer = post("/api/v1/schedules", body);
        EXPECT_EQ(answer.status, 422) << answer.raw.body;
        return answer.field();
    };
    EXPECT_EQ(field_of("cron", "0 24 * * *"), "hour");
    EXPECT_EQ(field_of("time_zone", "Mars/Phobos"), "time_zone");
    EXPECT_EQ(field_of("kind", "nobody.knows"), "kind");
    EXPECT_EQ(field_of("missed", "sometimes"), "missed");
    EXPECT_EQ(field_of("overlap", "maybe"), "overlap");
    EXPECT_TRUE(get("/api/v1/schedules").json["schedules"].empty());
    const std::string reader = token_of(tenants_[0], {"schedules:read"});
    EXPECT_EQ(ask("GET", "/api/v1/schedules", {reader}).status, 200);
    EXPECT_EQ(ask("POST", "/api/v1/schedules/x/run", {reader}).status, 403);
    EXPECT_EQ(ask("DELETE", "/api/v1/schedules/x", {reader}).status, 403);
}

} // namespace
} // namespace bgerp::server
