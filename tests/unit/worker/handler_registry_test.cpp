#include "worker/handler_registry.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

class Nothing final : public Handler {
public:
    Result<Json> run(JobContext& /*context*/) override { return Json(); }
};

TEST(HandlerRegistry, finds_kinds_and_aliases_and_nothing_else) {
    HandlerRegistry registry;
    registry.add("noop", std::make_unique<Nothing>(), {std::chrono::seconds(5), 2});
    registry.alias("App\\Jobs\\Noop", "noop");
    ASSERT_NE(registry.find("noop"), nullptr);
    EXPECT_EQ(registry.find("noop")->options.max_tries, 2);
    EXPECT_EQ(registry.find("App\\Jobs\\Noop"), registry.find("noop"));
    EXPECT_EQ(registry.find("Noop"), nullptr);
    EXPECT_EQ(registry.find(""), nullptr);
}

TEST(HandlerRegistry, refuses_a_name_twice) {
    HandlerRegistry registry;
    registry.add("a", std::make_unique<Nothing>(), {});
    EXPECT_THROW(registry.add("a", std::make_unique<Nothing>(), {}), Failure);
    EXPECT_THROW(registry.alias("a", "a"), Failure);
    EXPECT_THROW(registry.alias("b", "unknown"), Failure);
}

} // namespace
} // namespace bgerp::worker
