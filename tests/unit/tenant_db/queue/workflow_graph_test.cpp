// Q15: what a workflow's shape may be.
#include "tenant_db/queue/workflow_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::queue {
namespace {

using testing::HasSubstr;

Error refusal(const std::vector<GraphStep>& steps) {
    const auto graph = check_graph(steps);
    return graph ? Error{} : graph.error();
}

TEST(WorkflowGraph, Q15_NumbersStepsAndCountsParents) {
    const auto graph = check_graph({{"join", {"a", "b"}}, {"a", {}}, {"b", {"a"}}});
    ASSERT_TRUE(graph.has_value());
    EXPECT_THAT(graph->parents, testing::ElementsAre(2, 0, 1));
    ASSERT_EQ(graph->edges.size(), 3U);
    EXPECT_EQ(graph->edges[0].parent, 1U);
    EXPECT_EQ(graph->edges[0].child, 0U);
}

TEST(WorkflowGraph, Q15_RefusesNoStepsAndTooMany) {
    EXPECT_EQ(refusal({}).field, "steps");
    std::vector<GraphStep> many(workflow_steps_max + 1);
    for (std::size_t i = 0; i < many.size(); ++i) {
        many[i].name = std::to_string(i);
    }
    EXPECT_EQ(refusal(many).field, "steps");
    many.pop_back();
    EXPECT_TRUE(check_graph(many).has_value());
}

TEST(WorkflowGraph, Q15_RefusesNamesThatAreNone) {
    EXPECT_EQ(refusal({{"a", {}}, {"", {}}}).field, "steps[1].name");
    EXPECT_EQ(refusal({{std::string(191, 'x'), {}}}).field, "steps[0].name");
    EXPECT_EQ(refusal({{"\xff", {}}}).field, "steps[0].name");
}

TEST(WorkflowGraph, Q15_NamesTheDuplicate) {
    const Error error = refusal({{"load", {}}, {"clean", {}}, {"load", {}}});
    EXPECT_EQ(error.field, "steps[2].name");
    EXPECT_THAT(error.message, HasSubstr("\"load\""));
}

TEST(WorkflowGraph, Q15_NamesTheUnknownStep) {
    const Error error = refusal({{"load", {}}, {"report", {"load", "lode"}}});
    EXPECT_EQ(error.field, "steps[1].after");
    EXPECT_THAT(error.message, HasSubstr("\"report\""));
    EXPECT_THAT(error.message, HasSubstr("\"lode\""));
    EXPECT_EQ(refusal({{"a", {}}, {"b", {"a", "a"}}}).field, "steps[1].after");
}

TEST(WorkflowGraph, Q15_NamesTheCycle) {
    const Error error = refusal({{"start", {}}, {"a", {"start", "c"}}, {"b", {"a"}}, {"c", {"b"}}});
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_THAT(
        error.message,
        testing::AnyOf(
            HasSubstr("a -> b -> c -> a"),
            HasSubstr("b -> c -> a -> b"),
            HasSubstr("c -> a -> b -> c")
        )
    );
    EXPECT_THAT(refusal({{"me", {"me"}}}).message, HasSubstr("me -> me"));
    // Steps behind a cycle aren't part of it.
    const Error behind = refusal({{"x", {"y"}}, {"y", {"x"}}, {"z", {"y"}}});
    EXPECT_THAT(behind.message, testing::Not(HasSubstr("z")));
}

TEST(WorkflowGraph, Q15_ALongCycleIsToldInShort) {
    std::vector<GraphStep> ring(1000);
    for (std::size_t i = 0; i < ring.size(); ++i) {
        ring[i] = {"s" + std::to_string(i), {"s" + std::to_string((i + 999) % 1000)}};
    }
    EXPECT_LT(refusal(ring).message.size(), 200U);
}

TEST(WorkflowGraph, Q15_TenThousandInAFanAreQuick) {
    std::vector<GraphStep> fan(10'002);
    fan[0].name = "first";
    fan.back().name = "last";
    for (std::size_t i = 1; i + 1 < fan.size(); ++i) {
        fan[i] = {"s" + std::to_string(i), {"first"}};
        fan.back().after.push_back(fan[i].name);
    }
    const auto graph = check_graph(fan);
    ASSERT_TRUE(graph.has_value());
    EXPECT_EQ(graph->edges.size(), 20'000U);
}

} // namespace
} // namespace bgerp::queue
