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

TEST(QueueSelection, Q5_names_beginnings_and_weights) {
    const QueueSelection some({"high", "mail.*", "*"});
    EXPECT_EQ(some.entry_of("high"), 0U);
    EXPECT_EQ(some.entry_of("mail.bulk"), 1U);
    EXPECT_EQ(some.entry_of("anything"), 2U);
    EXPECT_FALSE(some.weighted());
    const QueueSelection weighted({"high:3", "low", "a:b", "x:0"});
    EXPECT_TRUE(weighted.weighted());
    EXPECT_EQ(weighted.entry_of("high"), 0U);
    EXPECT_EQ(weighted.entries()[0].weight, 3);
    EXPECT_EQ(weighted.entries()[1].weight, 1);
    EXPECT_EQ(weighted.entry_of("a:b"), 2U);
    EXPECT_EQ(weighted.entry_of("x:0"), 3U) << "no weight";
    EXPECT_FALSE(weighted.selects("default"));
}

TEST_F(LanesTest, Q5_a_star_behind_names_is_every_other_queue) {
    const QueueSelection selection({"high", "*"});
    lanes_.open({"a", "b", "high"}, now_);
    EXPECT_EQ(next(selection), "high");
    lanes_.ran_dry(*lanes_.next(selection, now_), true);
    EXPECT_EQ(next(selection), "a");
    EXPECT_EQ(next(selection), "b");
    EXPECT_EQ(next(selection), "a");
}

TEST_F(LanesTest, Q5_weighted_queues_get_their_share_and_nothing_idles) {
    const QueueSelection selection({"high:3", "low:1"});
    lanes_.open({"high", "low"}, now_);
    std::map<std::string, int> turns;
    for (int i = 0; i < 40; ++i) {
        ++turns[next(selection)];
    }
    EXPECT_EQ(turns["high"], 30);
    EXPECT_EQ(turns["low"], 10);
    lanes_.close({"high"});
    EXPECT_EQ(next(selection), "low");
    EXPECT_EQ(next(selection), "low");
}

TEST_F(LanesTest, Q5_a_turn_in_which_nothing_was_claimed_is_still_to_come) {
    lanes_.open({"a", "b"}, now_);
    for (const char* const queue : {"a", "b", "a", "b"}) {
        EXPECT_EQ(next(all_), queue);
        lanes_.give_back_turn(); // there was no room
        EXPECT_EQ(next(all_), queue);
    }
}

TEST_F(LanesTest, Q5_turns_in_which_nothing_was_claimed_cost_no_queue_its_share) {
    const QueueSelection selection({"high:3", "low:1"});
    lanes_.open({"high", "low"}, now_);
    std::map<std::string, int> turns;
    for (int i = 0; i < 40; ++i) {
        static_cast<void>(next(selection));
        lanes_.give_back_turn();
        ++turns[next(selection)];
    }
    EXPECT_EQ(turns["high"], 30);
    EXPECT_EQ(turns["low"], 10);
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
