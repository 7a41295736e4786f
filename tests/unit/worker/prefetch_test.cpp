#include "worker/prefetch.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

TEST(Stock, nothing_is_stocked_before_a_job_was_measured) {
    EXPECT_EQ(stock_of({}, std::nullopt), 0U);
}

TEST(Stock, long_jobs_are_fetched_singly) {
    EXPECT_EQ(stock_of({4, 1000, 25}, 26.0), 0U);
    EXPECT_EQ(stock_of({4, 1000, 25}, 60000.0), 0U);
}

TEST(Stock, short_jobs_are_stocked_for_the_horizon) {
    EXPECT_EQ(stock_of({4, 1000, 25}, 1.0), 100U);
    EXPECT_EQ(stock_of({4, 1000, 25}, 0.002), 1000U) << "never above the limit";
    EXPECT_EQ(stock_of({4, 0, 25}, 0.002), 0U);
}

TEST(JobCost, is_quick_to_rise_and_slow_to_fall) {
    JobCost cost;
    EXPECT_FALSE(cost.job_ms());
    cost.learn(10, 10);
    EXPECT_DOUBLE_EQ(*cost.job_ms(), 1.0);
    cost.learn(0, 0);
    EXPECT_DOUBLE_EQ(*cost.job_ms(), 1.0);
    cost.learn(101, 1);
    EXPECT_DOUBLE_EQ(*cost.job_ms(), 51.0);
    cost.learn(1, 1);
    EXPECT_DOUBLE_EQ(*cost.job_ms(), 41.0);
}

} // namespace
} // namespace bgerp::worker
