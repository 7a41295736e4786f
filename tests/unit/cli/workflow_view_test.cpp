// Q15: how a workflow looks on a terminal.
#include "cli/workflow_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Json step(const std::string& name, const std::string& state, const Json& after) {
    return {
        {"name", name},
        {"state", state},
        {"kind", "noop"},
        {"after", after},
        {"error", nullptr},
        {"waiting_for", nullptr}};
}

Json workflow(Json steps) {
    return {
        {"id", "0192"},
        {"name", "month\x1b[end"},
        {"state", "running"},
        {"stopping", true},
        {"total", steps.size()},
        {"completed", 1},
        {"failed", 2},
        {"cancelled", 0},
        {"steps", std::move(steps)}};
}

TEST(WorkflowView, Q15_StepsStandBelowWhatTheyWaitFor) {
    Json failed = step("b", "failed", {"a"});
    failed["error"] = "broken\x1b[31m";
    Json gate = step("gate", "scheduled", Json::array());
    gate["waiting_for"] = "approved";
    const std::string text = workflow_view(workflow(
        {step("end", "waiting", {"b", "gate"}), failed, step("a", "completed", Json::array()), gate}
    ));
    EXPECT_THAT(
        text,
        HasSubstr("workflow 0192 \"month?[end\"  running, stopping  1 of 4 completed, 2 failed\n")
    );
    const std::size_t a = text.find("[x] a ");
    const std::size_t b = text.find("[!]   b ");
    const std::size_t end = text.find("[ ]     end ");
    EXPECT_LT(a, b);
    EXPECT_LT(b, end);
    EXPECT_NE(end, std::string::npos);
    EXPECT_THAT(text, HasSubstr("<- b, gate"));
    EXPECT_THAT(text, HasSubstr("waits for the signal approved"));
    EXPECT_THAT(text, HasSubstr("broken?[31m"));
}

TEST(WorkflowView, Q15_OfManyTheRestIsCounted) {
    Json steps = Json::array();
    Json all = Json::array();
    for (int i = 0; i < 300; ++i) {
        steps.push_back(step("s" + std::to_string(i), "waiting", Json::array()));
        all.push_back("s" + std::to_string(i));
    }
    steps.push_back(step("last", "waiting", all));
    const std::string text = workflow_view(workflow(steps));
    EXPECT_THAT(text, HasSubstr("and 101 more"));
    EXPECT_THAT(text, Not(HasSubstr("last")));
    Json few = Json::array({step("first", "waiting", Json::array())});
    Json names = Json::array({"first"});
    for (int i = 0; i < 7; ++i) {
        names.push_back("s" + std::to_string(i));
        few.push_back(step(names.back(), "waiting", Json::array()));
    }
    few.push_back(step("last", "waiting", names));
    EXPECT_THAT(workflow_view(workflow(few)), HasSubstr("<- first, s0, s1, s2, s3 and 3 more"));
}

} // namespace
} // namespace bgerp::cli
