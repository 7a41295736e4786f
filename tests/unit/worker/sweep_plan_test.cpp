#include "worker/sweep_plan.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

std::map<mysql::Pool*, std::vector<std::string>> databases(std::size_t count) {
    std::map<mysql::Pool*, std::vector<std::string>> all;
    all[nullptr].resize(count, "db");
    return all;
}

class SweepPlanTest : public ::testing::Test {
protected:
    std::size_t take_all() {
        std::size_t taken = 0;
        while (!plan_.round_over()) {
            taken += plan_.take().databases.size();
        }
        return taken;
    }

    const SweepPlan::Time start_ = std::chrono::steady_clock::now();
    SweepPlan plan_{1000ms};
};

TEST_F(SweepPlanTest, the_first_round_is_due_at_once_and_isnt_spread) {
    EXPECT_TRUE(plan_.round_over());
    EXPECT_LE(plan_.due(), start_);
    plan_.begin(start_, databases(250), false);
    EXPECT_EQ(plan_.take().databases.size(), 100U);
    EXPECT_EQ(plan_.due(), start_);
    EXPECT_EQ(take_all(), 150U);
    EXPECT_EQ(plan_.due(), start_ + 1000ms);
}

TEST_F(SweepPlanTest, later_rounds_are_spread_over_the_interval) {
    plan_.begin(start_, {}, false);
    plan_.begin(start_, databases(1000), false);
    for (int part = 0; part < 10; ++part) {
        EXPECT_EQ(plan_.due(), start_ + part * 100ms);
        EXPECT_EQ(plan_.take().databases.size(), 100U);
    }
    EXPECT_TRUE(plan_.round_over());
    EXPECT_EQ(plan_.due(), start_ + 1000ms);
}

TEST_F(SweepPlanTest, parts_are_small_while_somebody_has_work) {
    plan_.begin(start_, {}, false);
    plan_.begin(start_, databases(1000), true);
    for (int part = 0; part < 40; ++part) {
        EXPECT_EQ(plan_.due(), start_ + part * 25ms);
        EXPECT_EQ(plan_.take().databases.size(), 25U);
    }
    EXPECT_TRUE(plan_.round_over());
    plan_.begin(start_, databases(3000), true);
    EXPECT_EQ(plan_.take().databases.size(), 75U) << "no more texts than a connection keeps";
    plan_.begin(start_, databases(9000), true);
    EXPECT_EQ(plan_.take().databases.size(), 100U);
}

TEST_F(SweepPlanTest, with_very_many_databases_a_round_takes_longer) {
    plan_.begin(start_, databases(6000), false);
    EXPECT_EQ(take_all(), 6000U);
    EXPECT_EQ(plan_.due(), start_ + 4s);
}

TEST_F(SweepPlanTest, without_databases_a_round_is_over_at_once) {
    plan_.begin(start_, {}, false);
    EXPECT_TRUE(plan_.round_over());
    EXPECT_EQ(plan_.due(), start_ + 1000ms);
}

} // namespace
} // namespace bgerp::worker
