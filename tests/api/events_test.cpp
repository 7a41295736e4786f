// Q47: what happens to jobs, as server-sent events.
#include "tests/api/api_fixture.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>

#include <future>

namespace bgerp::server {
namespace {

using ::testing::HasSubstr;

class EventsApi : public ApiTest {
protected:
    void switch_on() { value_or_throw(platform_.migrator().set_job_events(tenants_[0], true)); }

    Answer follow(const std::string& query, const std::string& last_id = {}) {
        Ask request{token_};
        if (!last_id.empty()) {
            request.headers = {{"Last-Event-ID", last_id}};
        }
        return ask("GET", "/api/v1/events" + query, request);
    }

    std::string push(const std::string& kind) {
        return post("/api/v1/jobs", {{"kind", kind}}).json["uuid"];
    }

    static std::vector<std::string> lines(const Answer& answer, const std::string& field) {
        std::vector<std::string> values;
        std::istringstream text(answer.raw.body);
        for (std::string line; std::getline(text, line);) {
            if (line.starts_with(field + ": ")) {
                values.push_back(line.substr(field.size() + 2));
            }
        }
        return values;
    }
};

TEST_F(EventsApi, Q47_AFollowerGoesOnWhereHeWas) {
    switch_on();
    start();
    const std::string uuid = push("noop");
    const Answer first = follow("?after=0");
    ASSERT_EQ(first.status, 200) << first.raw.body;
    EXPECT_EQ(first.raw.header("content-type"), "text/event-stream");
    EXPECT_THAT(lines(first, "event"), ::testing::ElementsAre("enqueued"));
    const Json data = value_or_throw(parse_json(lines(first, "data").at(0)));
    EXPECT_EQ(data["uuid"], uuid);
    const std::string last = lines(first, "id").back();
    EXPECT_TRUE(lines(follow("?wait=0", last), "event").empty());
    ASSERT_EQ(ask("DELETE", "/api/v1/jobs/" + uuid, {token_}).status, 200);
    const Answer second = follow("", last);
    EXPECT_THAT(lines(second, "event"), ::testing::ElementsAre("cancelled"));
    EXPECT_THAT(lines(follow("?kind=other&wait=0", last), "event"), ::testing::IsEmpty());
}

TEST_F(EventsApi, Q47_WhoWaitsHearsOfIt) {
    switch_on();
    start();
    push("noop");
    auto waiting = std::async(std::launch::async, [&] { return follow("?wait=50"); });
    // New ones alone: the follower must have begun before the next one happens.
    ASSERT_TRUE(testing_support::eventually([&] {
        push("noop");
        return waiting.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
    }));
    const Answer heard = waiting.get();
    EXPECT_GE(lines(heard, "event").size(), 1U);
}

TEST_F(EventsApi, Q47_SwitchingDoesNotHoldUpAllOthersBehindAnOpenTransaction) {
    mysql::Connection holder(platform_.database().admin(tenants_[0].database));
    holder.execute_text("START TRANSACTION");
    holder.query("SELECT 1 FROM job_run LIMIT 1", {}, [](const mysql::Row&) {});
    for (int i = 0; i < 2; ++i) {
        const auto refused = platform_.migrator().set_job_events(tenants_[0], true);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
        EXPECT_THAT(refused.error().message, HasSubstr("try again"));
    }
    holder.execute_text("ROLLBACK");
    switch_on();
    start();
    push("noop");
    EXPECT_THAT(lines(follow("?after=0"), "event"), ::testing::ElementsAre("enqueued"));
}

TEST_F(EventsApi, Q47_WithoutEventsNobodyWaits) {
    start();
    EXPECT_EQ(follow("").status, 409);
    switch_on();
    EXPECT_EQ(follow("?after=x").field(), "after");
    EXPECT_EQ(follow("?wait=61").field(), "wait");
    EXPECT_EQ(follow("?wait=0").status, 200);
    EXPECT_EQ(follow("?wait=1").status, 200) << "in vain";
}

} // namespace
} // namespace bgerp::server
