#include "worker/lanes.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

class LanesTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string next(const QueueSelection& selection) {
        const Lane* const lane = lanes_.next(selection, now_);
        return lane == nullptr ? "" : lane->queue;
    }

    HeldJob::Time now_ = std::chrono::steady_clock::now();
    Lanes lanes_;
    const QueueSelection all_{{"*"}};
};

TEST(QueueSelection, a_star_or_nothing_selects_all) {
    EXPECT_TRUE(QueueSelection({}).selects("anything"));
    EXPECT_TRUE(QueueSelection({"a", "*"}).selects("anything"));
    const QueueSelection named({"high", "low"});
    EXPECT_TRUE(named.selects("low"));
    EXPECT_FALSE(named.selects("default"));
    EXPECT_EQ(named.among({"default", "high"}), std::vector<std::string>{"high"});
}

TEST_F(LanesTest, queues_take_turns_when_all_are_served) {
    lanes_.open({"a", "b", "c"}, now_);
    EXPECT_EQ(next(all_), "a");
    EXPECT_EQ(next(all_), "b");
    EXPECT_EQ(next(all_), "c");
    EXPECT_EQ(next(all_), "a");
}

TEST_F(LanesTest, named_queues_are_served_in_their_order) {
    const QueueSelection named({"high", "default"});
    lanes_.open({"default", "high"}, now_);
    EXPECT_EQ(next(named), "high");
    EXPECT_EQ(next(named), "high");
    lanes_.ran_dry(*lanes_.next(named, now_), true);
    EXPECT_EQ(next(named), "default");
}

TEST_F(LanesTest, a_lane_closes_only_when_its_whole_queue_was_seen) {
    lanes_.open({"a"}, now_);
    Lane* const lane = lanes_.next(all_, now_);
    ASSERT_NE(lane, nullptr);
    lane->cursor = {false, 3, 77};
    lanes_.ran_dry(*lane, false);
    ASSERT_EQ(next(all_), "a") << "what came in behind the cursor wasn't looked at";
    EXPECT_TRUE(lane->cursor.at_start);
    lanes_.ran_dry(*lane, true);
    EXPECT_EQ(next(all_), "");
}

TEST_F(LanesTest, cursors_are_rewound_now_and_then_and_by_a_ring) {
    lanes_.open({"a"}, now_);
    Lane* lane = lanes_.next(all_, now_);
    lane->cursor = {false, 0, 5};
    now_ += 99ms;
    EXPECT_FALSE(lanes_.next(all_, now_)->cursor.at_start);
    now_ += 1ms;
    EXPECT_TRUE(lanes_.next(all_, now_)->cursor.at_start);
    lane->cursor = {false, 0, 5};
    lanes_.open({"a"}, now_);
    EXPECT_TRUE(lanes_.next(all_, now_)->cursor.at_start);
}

TEST_F(LanesTest, what_was_measured_is_learned_once) {
    lanes_.open({"a"}, now_);
    Lane* const lane = lanes_.next(all_, now_);
    lane->meter->us = 4000;
    lane->meter->jobs = 2;
    lanes_.learn();
    EXPECT_DOUBLE_EQ(*lane->cost.job_ms(), 2.0);
    lanes_.learn();
    EXPECT_DOUBLE_EQ(*lane->cost.job_ms(), 2.0);
}

TEST_F(LanesTest, names_without_end_dont_fill_the_memory) {
    for (int i = 0; i < 5000; ++i) {
        lanes_.open({"user-" + std::to_string(i)}, now_);
        Lane* const lane = lanes_.next(all_, now_);
        ASSERT_NE(lane, nullptr);
        lanes_.ran_dry(*lane, true);
    }
    EXPECT_LE(lanes_.count(), 1001U);
}

} // namespace
} // namespace bgerp::worker
