// Q15: random workflows run to their end through a worker that dies at random: between a step's
// effect and its commit, after the commit and before what follows, with leases that expire. Each
// effect is a row in a ledger, written with the step's end; the ledger and the order in it are
// compared with a slow reference that knows nothing but the graph and which steps fail.
#include "tests/conformance/workflow_fixture.hpp"

#include <iostream>
#include <random>
#include <set>

namespace bgerp::queue {
namespace {

struct Plan {
    std::vector<NewStep> steps;
    std::set<std::string> failing; // for good
};

class WorkflowProperty : public WorkflowFixture {
protected:
    WorkflowProperty() {
        execute("CREATE TABLE ledger (seq BIGINT AUTO_INCREMENT PRIMARY KEY,"
                " step VARCHAR(190) NOT NULL)");
    }

    std::size_t below(std::size_t limit) { return random() % limit; }

    bool chance(unsigned percent) { return random() % 100 < percent; }

    Plan random_plan() {
        Plan plan;
        const std::size_t count_of_steps = 1 + below(25);
        const unsigned density = 5 + static_cast<unsigned>(below(40));
        for (std::size_t i = 0; i < count_of_steps; ++i) {
            NewStep fresh = step("s" + std::to_string(i));
            for (std::size_t parent = 0; parent < i; ++parent) {
                if (chance(density)) {
                    fresh.after.push_back("s" + std::to_string(parent));
                }
            }
            fresh.on_failure = chance(50) ? OnFailure::stop : OnFailure::go_on;
            if (chance(10)) {
                plan.failing.insert(fresh.name);
            }
            plan.steps.push_back(std::move(fresh));
        }
        std::shuffle(plan.steps.begin(), plan.steps.end(), random);
        return plan;
    }

    // One attempt at a job, as a worker that may die makes it.
    void attempt(const ReservedJob& held, const Plan& plan, const std::string& id) {
        if (chance(10)) {
            return; // dies before it did anything; the lease runs out
        }
        const auto start = step_start(*pool->acquire(soon()), schema, ref_of(held));
        const std::string step_name = kind_of(held);
        if (start->stopped) {
            fail_job(held, true);
        } else if (chance(15)) {
            value_or_throw(
                retry_if_mine(*pool, soon(), schema, {&held, "", held.payload, 0, "again"})
            );
        } else if (plan.failing.count(step_name) != 0) {
            fail_job(held);
        } else if (chance(10)) {
            effect(held, step_name, false);
            return;
        } else {
            effect(held, step_name, true);
        }
        if (!chance(20)) { // else dies before it settles
            settle(id);
        }
    }

    void effect(const ReservedJob& held, const std::string& step_name, bool commits) {
        mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& t) {
            t.execute("INSERT INTO ledger (step) VALUES (?)", {step_name});
            value_or_throw(complete_if_mine(t, QueueSchema::current(), {&held, "", "", "1"}));
            return commits;
        });
    }

    // Until nothing moves any more, with housekeeping now and then.
    void drain(const Plan& plan, const std::string& id) {
        for (int round = 0; round < 10'000; ++round) {
            std::vector<ReservedJob> held = take(me, 1 + below(4));
            std::shuffle(held.begin(), held.end(), random);
            for (const ReservedJob& one : held) {
                attempt(one, plan, id);
            }
            if (held.empty() || chance(10)) {
                age_leases(20);
                settle_workflows(*pool, soon(), schema);
            }
            if (held.empty() && count("jobs") == 0 && count("workflow_todo") == 0) {
                return;
            }
        }
        FAIL() << "it never ends";
    }

    std::vector<std::string> ledger() {
        std::vector<std::string> steps;
        direct->acquire(soon())->query(
            "SELECT step FROM ledger ORDER BY seq",
            {},
            [&](const mysql::Row& row) { steps.push_back(row.text(0)); }
        );
        return steps;
    }

    std::mt19937 random;
};

// The reference: whether the whole ends well, and which steps have an effect at the most. A step
// can begin if each parent can end and, where it fails, lets others go on.
struct Expected {
    std::set<std::string> effects;
    bool completes = true;
};

Expected reference(const Plan& plan) {
    Expected expected;
    std::set<std::string> lets_go_on;
    bool moved = true;
    std::set<std::string> looked_at;
    while (moved) {
        moved = false;
        for (const NewStep& step : plan.steps) {
            const bool ready =
                std::all_of(step.after.begin(), step.after.end(), [&](const std::string& parent) {
                    return lets_go_on.count(parent) != 0;
                });
            if (!ready || !looked_at.insert(step.name).second) {
                continue;
            }
            moved = true;
            const bool fails = plan.failing.count(step.name) != 0;
            if (!fails) {
                expected.effects.insert(step.name);
            }
            if (!fails || step.on_failure == OnFailure::go_on) {
                lets_go_on.insert(step.name);
            } else {
                expected.completes = false;
            }
        }
    }
    return expected;
}

void check_order(const Plan& plan, const std::vector<std::string>& ledger) {
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < ledger.size(); ++i) {
        ASSERT_TRUE(place.emplace(ledger[i], i).second) << ledger[i] << " took effect twice";
    }
    for (const NewStep& step : plan.steps) {
        for (const std::string& parent : step.after) {
            if (place.count(step.name) != 0 && plan.failing.count(parent) == 0) {
                ASSERT_EQ(place.count(parent), 1U) << step.name << " ran without " << parent;
                EXPECT_LT(place[parent], place[step.name]);
            }
        }
    }
}

TEST_F(WorkflowProperty, Q15_RandomWorkflowsTakeEffectOnceAndInOrder) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    random.seed(seed);
    constexpr int workflows = 25;
    for (int i = 0; i < workflows && !HasFailure(); ++i) {
        execute("DELETE FROM ledger");
        execute("DELETE FROM failed_jobs");
        Plan plan = random_plan();
        const std::string id = make(plan.steps);
        drain(plan, id);
        const Expected expected = reference(plan);
        const std::vector<std::string> first = ledger();
        check_order(plan, first);
        for (const std::string& one : first) {
            EXPECT_EQ(expected.effects.count(one), 1U) << one << " should never have begun";
        }
        EXPECT_EQ(state(id) == "completed", expected.completes) << show(id).dump();
        if (expected.completes) {
            EXPECT_EQ(first.size(), expected.effects.size());
            continue;
        }
        // The cause is mended: retried, everything runs, and nothing that ran runs again.
        plan.failing.clear();
        value_or_throw(retry_workflow(*pool, soon(), schema, id));
        drain(plan, id);
        const std::vector<std::string> all = ledger();
        EXPECT_EQ(all.size(), plan.steps.size());
        EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), plan.steps.size());
        EXPECT_EQ(state(id), "completed") << show(id).dump();
    }
}

} // namespace
} // namespace bgerp::queue
