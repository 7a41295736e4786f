#include "worker/fairness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <vector>

namespace bgerp::worker {
namespace {

// Serves whoever's turn it is, `turns` times, each job costing what `cost` says; returns what each
// tenant got.
template <class Cost>
std::map<Fairness::Key, double> serve(Fairness& fairness, int turns, Cost cost) {
    std::map<Fairness::Key, double> served;
    for (int i = 0; i < turns; ++i) {
        const auto tenant = fairness.next();
        if (!tenant) {
            break;
        }
        const double ms = cost(*tenant);
        fairness.charge(*tenant, ms);
        served[*tenant] += ms;
    }
    return served;
}

TEST(Fairness, nobody_active_means_nobodys_turn) {
    Fairness fairness;
    EXPECT_FALSE(fairness.next());
    fairness.activate(1, 1);
    fairness.deactivate(1);
    EXPECT_FALSE(fairness.next());
    EXPECT_EQ(fairness.active_count(), 0U);
}

TEST(Fairness, one_tenant_alone_is_served_without_end) {
    Fairness fairness(10);
    fairness.activate(7, 1);
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(fairness.next(), 7U);
        fairness.charge(7, 1000); // deep in debt, and still nobody else wants the slot
    }
}

TEST(Fairness, the_turn_stays_until_the_quantum_is_used) {
    Fairness fairness(10);
    fairness.activate(1, 1);
    fairness.activate(2, 1);
    EXPECT_EQ(fairness.next(), 1U);
    fairness.charge(1, 9);
    EXPECT_EQ(fairness.next(), 1U);
    fairness.charge(1, 2);
    EXPECT_EQ(fairness.next(), 2U);
}

TEST(Fairness, long_jobs_get_no_more_time_than_short_ones) {
    Fairness fairness(50);
    fairness.activate(1, 1);
    fairness.activate(2, 1);
    const auto served =
        serve(fairness, 20000, [](Fairness::Key tenant) { return tenant == 1 ? 2000.0 : 5.0; });
    EXPECT_NEAR(served.at(1) / served.at(2), 1.0, 0.1);
}

TEST(Fairness, time_follows_the_weights) {
    Fairness fairness(50);
    fairness.activate(1, 1);
    fairness.activate(2, 3);
    const auto served = serve(fairness, 40000, [](Fairness::Key) { return 7.0; });
    EXPECT_NEAR(served.at(2) / served.at(1), 3.0, 0.05);
}

TEST(Fairness, a_newcomer_comes_before_a_round_over_everybody) {
    Fairness fairness(50);
    for (Fairness::Key tenant = 1; tenant <= 1000; ++tenant) {
        fairness.activate(tenant, 1);
    }
    serve(fairness, 5000, [](Fairness::Key) { return 60.0; }); // all in the ring by now
    fairness.activate(2000, 1);
    EXPECT_EQ(fairness.next(), 2000U);
}

TEST(Fairness, running_dry_on_purpose_gains_nothing) {
    Fairness fairness(50);
    fairness.activate(1, 1);
    fairness.activate(2, 1);
    std::map<Fairness::Key, double> served;
    for (int i = 0; i < 20000; ++i) {
        const auto tenant = fairness.next();
        ASSERT_TRUE(tenant);
        fairness.charge(*tenant, 10);
        served[*tenant] += 10;
        if (*tenant == 2) { // one job at a time, then empty, then back at once
            fairness.deactivate(2);
            fairness.activate(2, 1);
        }
    }
    EXPECT_LE(served[2], served[1] * 1.05);
}

TEST(Fairness, a_debt_outlives_a_pause_and_is_paid_by_rounds) {
    Fairness fairness(10);
    fairness.activate(1, 1);
    fairness.activate(2, 1);
    EXPECT_EQ(fairness.next(), 1U);
    fairness.charge(1, 1000);
    fairness.deactivate(1);
    fairness.activate(1, 1);
    EXPECT_EQ(fairness.next(), 2U);
    EXPECT_LT(fairness.balance_ms(1), -900);
    serve(fairness, 3, [](Fairness::Key) { return 10.0; });
    EXPECT_LT(fairness.balance_ms(1), -900) << "a few rounds pay a few quanta";
    const auto served = serve(fairness, 1000, [](Fairness::Key) { return 10.0; });
    EXPECT_GT(served.at(1), 0) << "and in the end the debt is paid";
}

TEST(Fairness, a_tenant_that_is_gone_is_forgotten) {
    Fairness fairness;
    fairness.activate(1, 1);
    fairness.charge(1, 500);
    fairness.forget(1);
    EXPECT_FALSE(fairness.active(1));
    EXPECT_EQ(fairness.balance_ms(1), 0);
    fairness.charge(1, 5); // a late correction
    EXPECT_FALSE(fairness.next());
}

// Any mix of weights, costs, comings and goings: somebody is always served while anybody is active,
// and of those who always had work each got its share within a few quanta and jobs.
TEST(FairnessProperty, shares_hold_and_no_turn_is_lost) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int world = 0; world < 20; ++world) {
        constexpr double quantum = 20;
        constexpr double cost_max = 100;
        Fairness fairness(quantum);
        std::uniform_int_distribution<int> tenants_of(2, 12);
        const int steady = tenants_of(random);
        std::vector<double> weights;
        double weight_max = 0;
        for (int i = 0; i < steady; ++i) {
            weights.push_back(std::uniform_real_distribution<double>(0.5, 4)(random));
            weight_max = std::max(weight_max, weights.back());
            fairness.activate(static_cast<Fairness::Key>(i), weights.back());
        }
        const Fairness::Key flighty = 100; // comes and goes
        std::vector<double> served(static_cast<std::size_t>(steady), 0.0);
        for (int turn = 0; turn < 20000; ++turn) {
            if (random() % 10 == 0) {
                fairness.active(flighty) ? fairness.deactivate(flighty)
                                         : fairness.activate(flighty, 1);
            }
            const auto tenant = fairness.next();
            ASSERT_TRUE(tenant) << "a slot stayed idle";
            const double cost = std::uniform_real_distribution<double>(0.1, cost_max)(random);
            fairness.charge(*tenant, cost);
            // Nobody saves up more than a turn's worth, nobody owes more than his last job.
            const double weight = *tenant == flighty ? 1.0 : weights[*tenant];
            ASSERT_LE(fairness.balance_ms(*tenant), quantum * weight);
            ASSERT_GT(fairness.balance_ms(*tenant), -cost_max);
            if (*tenant != flighty) {
                served[*tenant] += cost;
            }
        }
        double least = served[0] / weights[0];
        double most = least;
        for (std::size_t i = 1; i < served.size(); ++i) {
            least = std::min(least, served[i] / weights[i]);
            most = std::max(most, served[i] / weights[i]);
        }
        // Normalised service differs by a quantum and a job at most (the paper's theorem), here
        // doubled for the run's two ends, over the smallest weight.
        EXPECT_LE(most - least, 2 * (quantum * weight_max + cost_max) / 0.5);
    }
}

TEST(Fairness, who_came_after_a_pause_with_much_work_joins_the_ring) {
    Fairness fairness(50);
    fairness.activate(1, 1);
    EXPECT_TRUE(fairness.is_fresh(*fairness.next()));
    fairness.charge(1, 60);
    fairness.activate(2, 1);
    ASSERT_EQ(fairness.next(), 2U);
    EXPECT_TRUE(fairness.is_fresh(2));
    fairness.end_fresh(2);
    EXPECT_FALSE(fairness.is_fresh(2));
    EXPECT_EQ(fairness.active_count(), 2U);
    EXPECT_LE(fairness.balance_ms(2), 0.0) << "what it didn't use is lost";
    EXPECT_TRUE(fairness.next().has_value());
    fairness.end_fresh(7); // unknown: nothing happens
}

TEST(Fairness, who_is_held_has_no_turn_and_goes_on_where_it_was) {
    Fairness fairness(10);
    fairness.activate(1, 1);
    fairness.activate(2, 1);
    EXPECT_EQ(fairness.next(), 1U);
    fairness.hold(1);
    EXPECT_EQ(fairness.next(), 2U);
    EXPECT_EQ(fairness.active_count(), 2U);
    fairness.activate(1, 1); // news of it changes nothing
    EXPECT_EQ(fairness.next(), 2U);
    fairness.resume(1);
    EXPECT_EQ(fairness.next(), 1U);
    EXPECT_TRUE(fairness.is_fresh(1));
    fairness.charge(1, 11);
    EXPECT_EQ(fairness.next(), 2U);
}

TEST(Fairness, who_is_held_alone_leaves_nobody_a_turn) {
    Fairness fairness(10);
    fairness.activate(1, 1);
    EXPECT_EQ(fairness.next(), 1U);
    fairness.hold(1);
    EXPECT_FALSE(fairness.next());
    EXPECT_EQ(fairness.active_count(), 1U);
    fairness.deactivate(1);
    EXPECT_EQ(fairness.active_count(), 0U);
    fairness.resume(1); // it isn't held any more
    EXPECT_FALSE(fairness.next());
}

TEST(Fairness, holding_changes_no_share) {
    Fairness fairness(10);
    std::mt19937 random(7);
    for (const Fairness::Key tenant : {1U, 2U, 3U}) {
        fairness.activate(tenant, static_cast<double>(tenant));
        fairness.charge(tenant, 0.001);
    }
    std::map<Fairness::Key, double> served;
    for (int i = 0; i < 60'000; ++i) {
        const Fairness::Key tenant = fairness.next().value();
        const bool flies = random() % 2 == 0;
        if (flies) {
            fairness.hold(tenant);
            const auto other = fairness.next();
            ASSERT_TRUE(other.has_value());
            ASSERT_NE(*other, tenant);
            fairness.charge(*other, 3);
            served[*other] += 3;
            fairness.resume(tenant);
        }
        fairness.charge(tenant, 3);
        served[tenant] += 3;
    }
    EXPECT_NEAR(served[2] / served[1], 2.0, 0.1);
    EXPECT_NEAR(served[3] / served[1], 3.0, 0.15);
}

} // namespace
} // namespace bgerp::worker
