// Unique jobs, chains, checked and sealed arguments, tags over the API.
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Flow : public ApiTest {
protected:
    std::string field_of(const Json& job) {
        const Answer answer = post("/api/v1/jobs", job);
        EXPECT_EQ(answer.status, 422) << answer.raw.body;
        return answer.json.value("field", "");
    }
};

TEST_F(Flow, Q6_AUniqueJobIsPushedOnce) {
    start();
    const Json job{{"kind", "noop"}, {"args", {{"n", 1}}}, {"unique", {{"by", {"args"}}}}};
    const Answer first = post("/api/v1/jobs", job);
    ASSERT_EQ(first.status, 202) << first.raw.body;
    EXPECT_EQ(first.json["outcome"], "added");
    const Answer second = post("/api/v1/jobs", job);
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(second.json["outcome"], "existing");
    EXPECT_EQ(second.json["uuid"], first.json["uuid"]);
    EXPECT_EQ(second.json["state"], "available");
    Json refusing = job;
    refusing["unique"]["on_conflict"] = "refuse";
    EXPECT_EQ(post("/api/v1/jobs", refusing).status, 409);
    Json replacing = job;
    replacing["unique"]["on_conflict"] = "replace";
    replacing["delay_s"] = 60;
    EXPECT_EQ(post("/api/v1/jobs", replacing).json["outcome"], "replaced");
    EXPECT_EQ(get(first.raw.header("location")).json["state"], "scheduled");
    const Answer bulk = post("/api/v1/jobs/bulk", {{"jobs", {job, {{"kind", "noop"}}}}});
    EXPECT_EQ(bulk.json["outcomes"], Json({"existing", "added"}));
}

TEST_F(Flow, Q6_RulesAreChecked) {
    start();
    const auto with = [](const Json& rule) { return Json{{"kind", "noop"}, {"unique", rule}}; };
    EXPECT_EQ(field_of(with({{"until", "tomorrow"}})), "unique.until");
    EXPECT_EQ(field_of(with({{"by", {"colour"}}})), "unique.by");
    EXPECT_EQ(field_of(with({{"on_conflict", "shrug"}})), "unique.on_conflict");
    EXPECT_EQ(field_of(with({{"period_s", 0}})), "unique.period_s");
    EXPECT_EQ(field_of(with({{"until", "period"}})), "unique.period_s");
    EXPECT_EQ(field_of(with({{"since", 1}})), "unique.since");
}

TEST_F(Flow, Q8_BadArgumentsAreRefusedBeforeAnythingIsWritten) {
    start();
    EXPECT_EQ(field_of({{"kind", "payroll.run"}}), "args.period");
    EXPECT_EQ(
        field_of({{"kind", "noop"}, {"chain", {{{"kind", "payroll.run"}}}}}),
        "chain[0].args.period"
    );
    const Answer bulk =
        post("/api/v1/jobs/bulk", {{"jobs", {{{"kind", "noop"}}, {{"kind", "payroll.run"}}}}});
    EXPECT_EQ(bulk.status, 422);
    EXPECT_EQ(bulk.json["field"], "jobs[1].args.period");
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(Flow, Q9_NothingShowsWhatIsSealed) {
    start();
    const Json job{{"kind", "noop"}, {"args", {{"iban", "DE0212"}}}, {"encrypted", true}};
    const Answer pushed = post("/api/v1/jobs", job);
    ASSERT_EQ(pushed.status, 202) << pushed.raw.body;
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs WHERE payload LIKE '%\"sealed\"%'"), 1);
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs WHERE payload LIKE '%DE0212%'"), 0);
    EXPECT_THAT(get(pushed.raw.header("location")).raw.body, Not(HasSubstr("DE0212")));
    EXPECT_THAT(get("/api/v1/jobs").raw.body, Not(HasSubstr("DE0212")));
    // What looks as if it were sealed is sealed all the same.
    const Json sly{{"kind", "noop"}, {"args", {{"sealed", "DE0212"}}}, {"encrypted", true}};
    EXPECT_EQ(post("/api/v1/jobs", sly).status, 202);
    const Answer batch = post("/api/v1/batches", {{"jobs", {job}}, {"then", job}});
    EXPECT_EQ(batch.status, 202) << batch.raw.body;
    EXPECT_EQ(count(tenants_[0], "SELECT COUNT(*) FROM jobs WHERE payload LIKE '%DE0212%'"), 0);
    EXPECT_EQ(
        count(tenants_[0], "SELECT COUNT(*) FROM job_batches WHERE options LIKE '%DE0212%'"),
        0
    );
}

TEST_F(Flow, Q10_Q14_ChainsTagsAndMetadata) {
    start();
    const Answer pushed = post(
        "/api/v1/jobs",
        {{"kind", "noop"},
         {"tags", {"night"}},
         {"meta", {{"invoice", 5}}},
         {"chain", {{{"kind", "noop"}}, {{"kind", "noop"}, {"queue", "mail"}}}},
         {"chain_catch", {{"kind", "noop"}}}}
    );
    ASSERT_EQ(pushed.status, 202) << pushed.raw.body;
    EXPECT_EQ(pushed.json["chain"].size(), 2U);
    EXPECT_EQ(get(pushed.raw.header("location")).json["meta"]["invoice"], 5);
    EXPECT_EQ(get("/api/v1/jobs?tag=night").json["jobs"].size(), 1U);
    EXPECT_EQ(get("/api/v1/jobs?tag=day").json["jobs"].size(), 0U);
    EXPECT_EQ(
        field_of({{"kind", "noop"}, {"chain", {{{"kind", "noop"}, {"unique", Json::object()}}}}}),
        "chain[0]"
    );
}

} // namespace
} // namespace bgerp::server
