// Q15: workflows, verb by verb and crash by crash.
#include "base/ids.hpp"
#include "tests/conformance/workflow_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace bgerp::queue {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class Workflow : public WorkflowFixture {};

TEST_F(Workflow, Q15_AStepBeginsWhenAllItIsAfterHaveEnded) {
    const std::string id = make({step("a"), step("b"), step("join", {"a", "b"})});
    std::map<std::string, ReservedJob> taken = take_kinds();
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken.at("a").flags, flag_tracked | flag_workflow);
    complete(taken.at("a"));
    EXPECT_EQ(settle(id).enqueued, 0U);
    complete(taken.at("b"));
    EXPECT_EQ(settle(id).enqueued, 1U);
    EXPECT_EQ(settle(id).enqueued, 0U);
    EXPECT_THAT(
        states(id),
        UnorderedElementsAre(
            Pair("a", "completed"),
            Pair("b", "completed"),
            Pair("join", "available")
        )
    );
    const ReservedJob join = take_one();
    EXPECT_EQ(kind_of(join), "join");
    complete(join);
    EXPECT_TRUE(settle(id).finished);
    const Json end = show(id);
    EXPECT_EQ(end.at("state"), "completed");
    EXPECT_EQ(end.at("progress"), 100);
    EXPECT_TRUE(end.at("finished_at").is_string());
    EXPECT_EQ(count("workflow_todo"), 0);
}

TEST_F(Workflow, Q15_AWorkflowThatWasRolledBackNeverWas) {
    const auto refused = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return create_workflow(t, schema, {"x", {step("a"), step("b", {"a"})}, OnFailure::stop})
            .and_then([](const std::string&) -> Result<void> {
                return fail(ErrorCode::conflict, "the caller's own reason");
            });
    });
    EXPECT_FALSE(refused.has_value());
    for (const char* table : {"workflow", "workflow_step", "workflow_edge", "jobs", "job_run"}) {
        EXPECT_EQ(count(table), 0) << table;
    }
}

TEST_F(Workflow, Q15_ADamagedOneIsRefusedWithTheStepsName) {
    const auto refusal = [&](std::vector<NewStep> steps) {
        const auto made = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return create_workflow(t, schema, {"x", std::move(steps), OnFailure::stop});
        });
        return made ? Error{} : made.error();
    };
    EXPECT_THAT(refusal({step("a", {"c"})}).message, HasSubstr("\"c\""));
    EXPECT_THAT(refusal({step("a", {"b"}), step("b", {"a"})}).message, HasSubstr("->"));
    NewStep urgent = step("urgent");
    urgent.job.priority = 99'999;
    const Error error = refusal({step("a"), urgent});
    EXPECT_EQ(error.field, "steps[1].priority");
    EXPECT_THAT(error.message, HasSubstr("\"urgent\""));
    EXPECT_EQ(count("workflow"), 0);
}

TEST_F(Workflow, Q15_AStepSeesItsParentsOutputs) {
    const std::string id = make({step("a"), step("b"), step("join", {"b", "a"})});
    std::map<std::string, ReservedJob> taken = take_kinds();
    complete(taken.at("a"), R"({"rows": 7})");
    complete(taken.at("b"), "\"" + std::string(70'000, 'x') + "\"");
    settle(id);
    const StepRef ref = ref_of(take_one());
    const auto start = step_start(*pool->acquire(soon()), schema, ref);
    ASSERT_TRUE(start.has_value());
    EXPECT_FALSE(start->stopped);
    EXPECT_EQ(start->input.at("id"), id);
    EXPECT_EQ(start->input.at("step"), "join");
    EXPECT_EQ(
        start->input.at("parents").at("a"),
        (Json{{"state", "completed"}, {"output", {{"rows", 7}}}})
    );
    EXPECT_TRUE(start->input.at("parents").at("b").at("output").is_null());
    EXPECT_EQ(start->input.at("left_out"), 1);
    EXPECT_FALSE(step_start(*pool->acquire(soon()), schema, {new_uuid(), 0}).has_value());
}

TEST_F(Workflow, Q15_HousekeepingFindsWhatACrashLeft) {
    const std::string a = make({step("a1"), step("a2", {"a1"})});
    const std::string b = make({step("b1")});
    for (const auto& entry : take_kinds()) {
        complete(entry.second); // and dies
    }
    EXPECT_EQ(settle_workflows(*pool, soon(), schema), 1U);
    EXPECT_EQ(state(b), "completed");
    EXPECT_EQ(states(a).at("a2"), "available");
    EXPECT_EQ(settle_workflows(*pool, soon(), schema), 0U);
}

TEST_F(Workflow, Q15_StepsThatEndTogetherBeginTheNextOnce) {
    constexpr int rounds = 15;
    constexpr int fan = 6;
    for (int round = 0; round < rounds; ++round) {
        std::vector<NewStep> steps;
        NewStep join = step("join");
        for (int i = 0; i < fan; ++i) {
            steps.push_back(step("s" + std::to_string(i)));
            join.after.push_back(steps.back().name);
        }
        steps.push_back(join);
        const std::string id = make(steps);
        const std::vector<ReservedJob> held = take(me, fan);
        ASSERT_EQ(held.size(), static_cast<std::size_t>(fan));
        std::vector<std::thread> threads;
        for (const ReservedJob& one : held) {
            threads.emplace_back([&] {
                complete(one);
                settle(id);
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        ASSERT_EQ(count("jobs"), 1);
        run_step("join", id);
        ASSERT_EQ(state(id), "completed");
    }
}

TEST_F(Workflow, Q15_AnEndThatRolledBackIsNone) {
    const std::string id = make({step("a"), step("b", {"a"})});
    const ReservedJob held = take_one();
    mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        value_or_throw(complete_if_mine(t, schema, {&held, "", "", "1"}));
        return false;
    });
    EXPECT_EQ(settle(id).enqueued, 0U);
    EXPECT_EQ(states(id).at("a"), "running");
    age_leases(20);
    const ReservedJob again = take_one(other);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", ""}}), 1U); // too late
    EXPECT_EQ(settle(id).enqueued, 0U);
    complete(again);
    EXPECT_EQ(settle(id).enqueued, 1U);
}

// Neither quadratic nor for seconds under one lock: each step and edge is looked at a few times.
TEST_F(Workflow, Q15_TenThousandStepsInAFan) {
    constexpr std::size_t fan = 10'000;
    std::vector<NewStep> steps{step("first")};
    NewStep last = step("last");
    for (std::size_t i = 0; i < fan; ++i) {
        steps.push_back(step("s" + std::to_string(i), {"first"}));
        steps.back().job.kind = "middle";
        last.after.push_back(steps.back().name);
    }
    steps.push_back(last);
    const std::string id = make(steps);
    const auto one = database.admin_pool("", 1);
    const auto read_so_far = [&] {
        std::int64_t sum = 0;
        one->acquire(soon())->query(
            "SHOW SESSION STATUS WHERE Variable_name IN"
            " ('Handler_read_key', 'Handler_read_next')",
            {},
            [&](const mysql::Row& row) { sum += row.i64(1); }
        );
        return sum;
    };
    run_step("first", id);
    ASSERT_EQ(count("jobs"), static_cast<std::int64_t>(fan));
    const std::int64_t before = read_so_far();
    std::size_t ended = 0;
    while (ended < fan) {
        const std::vector<ReservedJob> held = take(me, 250);
        std::vector<Completion> completions;
        for (const ReservedJob& middle : held) {
            completions.push_back({&middle, "", "", ""});
        }
        ASSERT_EQ(complete_many_if_mine(*one, soon(), schema, completions), 0U);
        settle_workflow(*one, soon(), schema, id);
        ended += held.size();
        ASSERT_FALSE(held.empty());
    }
    // Some twenty reads a step; were it quadratic, there would be five thousand.
    EXPECT_LT(read_so_far() - before, static_cast<std::int64_t>(40 * fan));
    run_step("last", id);
    EXPECT_EQ(state(id), "completed");
    EXPECT_EQ(show(id).at("steps").size(), fan + 2);
    execute("UPDATE workflow SET created_at = 1, finished_at = 2");
    EXPECT_EQ(prune_workflows(*pool, soon(), schema, 1), 1U);
    for (const char* table : {"workflow", "workflow_step", "workflow_edge", "workflow_todo"}) {
        EXPECT_EQ(count(table), 0) << table;
    }
}

TEST_F(Workflow, Q15_TheNewestAreListedFirst) {
    const std::string a = make({step("a")});
    execute("UPDATE workflow SET created_at = created_at - 10");
    const std::string b = make({step("b")});
    for (const auto& entry : take_kinds()) {
        complete(entry.second);
    }
    settle(a);
    const auto listed = list_workflows(*pool->acquire(soon()), schema, 10);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].at("id"), b);
    EXPECT_EQ(listed[1].at("state"), "completed");
    EXPECT_EQ(list_workflows(*pool->acquire(soon()), schema, 1).size(), 1U);
}

} // namespace
} // namespace bgerp::queue
