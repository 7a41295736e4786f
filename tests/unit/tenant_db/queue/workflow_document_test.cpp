// Q15: a workflow as people write it down.
#include "tenant_db/queue/workflow_document.hpp"

#include <gtest/gtest.h>

namespace bgerp::queue {
namespace {

Result<NewJob> any_job(const Json& job, const std::string& path) {
    if (!job.contains("kind")) {
        return fail(ErrorCode::invalid_argument, "kind is missing", path + "kind");
    }
    NewJob fresh;
    fresh.kind = job.at("kind");
    return fresh;
}

std::string wrong_field(const Json& document) {
    const auto workflow = read_workflow(document, any_job);
    return workflow ? "" : workflow.error().field;
}

TEST(WorkflowDocument, Q15_IsRead) {
    const auto workflow = read_workflow(
        {{"name", "night"},
         {"on_failure", "continue"},
         {"steps",
          {{{"name", "a"}, {"kind", "x"}},
           {{"name", "b"}, {"kind", "y"}, {"after", {"a"}}, {"on_failure", "stop"}}}}},
        any_job
    );
    ASSERT_TRUE(workflow.has_value());
    EXPECT_EQ(workflow->name, "night");
    EXPECT_EQ(workflow->on_failure, OnFailure::go_on);
    ASSERT_EQ(workflow->steps.size(), 2U);
    EXPECT_FALSE(workflow->steps[0].on_failure.has_value());
    EXPECT_EQ(workflow->steps[1].job.kind, "y");
    EXPECT_EQ(workflow->steps[1].after, std::vector<std::string>{"a"});
    EXPECT_EQ(workflow->steps[1].on_failure, OnFailure::stop);
}

TEST(WorkflowDocument, Q15_WhatIsWrongIsNamed) {
    const auto with_step = [](const Json& step) { return Json{{"steps", Json::array({step})}}; };
    EXPECT_EQ(wrong_field(Json::array()), "workflow");
    EXPECT_EQ(wrong_field(Json::object()), "steps");
    EXPECT_EQ(wrong_field({{"steps", "a"}}), "steps");
    EXPECT_EQ(wrong_field({{"stepz", Json::array()}}), "stepz");
    EXPECT_EQ(wrong_field({{"name", 5}, {"steps", Json::array()}}), "name");
    EXPECT_EQ(wrong_field({{"on_failure", "panic"}, {"steps", Json::array()}}), "on_failure");
    EXPECT_EQ(wrong_field(with_step("a")), "steps[0]");
    EXPECT_EQ(wrong_field(with_step({{"kind", "x"}})), "steps[0].name");
    EXPECT_EQ(wrong_field(with_step({{"name", "a"}})), "steps[0].kind");
    const Json named{{"name", "a"}, {"kind", "x"}};
    Json step = named;
    step["after"] = "b";
    EXPECT_EQ(wrong_field(with_step(step)), "steps[0].after");
    step["after"] = {1};
    EXPECT_EQ(wrong_field(with_step(step)), "steps[0].after");
    step = named;
    step["on_failure"] = 1;
    EXPECT_EQ(wrong_field(with_step(step)), "steps[0].on_failure");
    EXPECT_EQ(wrong_field(with_step(named)), "");
}

} // namespace
} // namespace bgerp::queue
