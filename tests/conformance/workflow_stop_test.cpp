// Q15: workflows that stop, because a step failed or somebody cancelled, and that go on again.
#include "base/ids.hpp"
#include "tests/conformance/workflow_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

class WorkflowStop : public WorkflowFixture {};

TEST_F(WorkflowStop, Q15_AFailureStopsTheRest) {
    NewStep later = step("later");
    later.job.delay = std::chrono::hours(1);
    const std::string id =
        make({step("a"), step("b"), later, step("after a", {"a"}), step("after b", {"b"})});
    std::map<std::string, ReservedJob> taken = take_kinds();
    fail_job(taken.at("a"));
    EXPECT_EQ(settle(id).enqueued, 0U);
    EXPECT_EQ(count("job_delayed"), 0); // the waiting one was taken back
    EXPECT_TRUE(show(id).at("stopping"));
    EXPECT_TRUE(step_start(*pool->acquire(soon()), schema, ref_of(taken.at("b")))->stopped);
    complete(taken.at("b")); // it ran already
    EXPECT_TRUE(settle(id).finished);
    EXPECT_THAT(
        states(id),
        UnorderedElementsAre(
            Pair("a", "failed"),
            Pair("b", "completed"),
            Pair("later", "cancelled"),
            Pair("after a", "waiting"),
            Pair("after b", "waiting")
        )
    );
    EXPECT_EQ(state(id), "failed");
    EXPECT_EQ(count("jobs"), 0);
}

TEST_F(WorkflowStop, Q15_AFailureThatIsAllowedIsSeenByTheNextStep) {
    NewStep risky = step("risky");
    risky.on_failure = OnFailure::go_on;
    const std::string id = make({risky, step("next", {"risky"})});
    fail_job(take_one());
    EXPECT_EQ(settle(id).enqueued, 1U);
    const ReservedJob next = take_one();
    const auto start = step_start(*pool->acquire(soon()), schema, ref_of(next));
    EXPECT_EQ(start->input.at("parents").at("risky").at("state"), "failed");
    complete(next);
    EXPECT_TRUE(settle(id).finished);
    EXPECT_EQ(state(id), "completed");
    EXPECT_EQ(show(id).at("failed"), 1);
}

TEST_F(WorkflowStop, Q15_RetryingTheFailedJobLetsTheWorkflowGoOn) {
    const std::string id =
        make({step("a"), step("b"), step("after a", {"a"}), step("after b", {"b"})});
    std::map<std::string, ReservedJob> taken = take_kinds();
    fail_job(taken.at("a"));
    settle(id);
    complete(taken.at("b"));
    settle(id);
    ASSERT_EQ(state(id), "failed");
    const std::string uuid = envelope_uuid(taken.at("a").payload);
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, uuid)), 1U);
    EXPECT_EQ(state(id), "running");
    // What became ready while it was stopped begins now.
    EXPECT_THAT(
        states(id),
        UnorderedElementsAre(
            Pair("a", "available"),
            Pair("b", "completed"),
            Pair("after a", "waiting"),
            Pair("after b", "available")
        )
    );
    taken = take_kinds();
    complete(taken.at("a"));
    complete(taken.at("after b"));
    settle(id);
    run_step("after a", id);
    EXPECT_EQ(state(id), "completed");
}

TEST_F(WorkflowStop, Q15_RetryGivesEveryStoppedStepAnotherChance) {
    const std::string id = make({step("a"), step("b"), step("c"), step("end", {"a", "b", "c"})});
    std::map<std::string, ReservedJob> taken = take_kinds();
    fail_job(taken.at("a"));
    fail_job(taken.at("b"));
    fail_job(taken.at("c"), true);
    settle(id);
    ASSERT_EQ(state(id), "failed");
    value_or_throw(forget_failed(*pool, soon(), schema, envelope_uuid(taken.at("b").payload)));
    EXPECT_EQ(value_or_throw(retry_workflow(*pool, soon(), schema, id)), 3U);
    EXPECT_EQ(count("failed_jobs"), 0);
    const std::string old_uuid = envelope_uuid(taken.at("a").payload);
    taken = take_kinds();
    ASSERT_EQ(taken.size(), 3U);
    EXPECT_EQ(envelope_uuid(taken.at("a").payload), old_uuid);
    for (const auto& entry : taken) {
        complete(entry.second);
    }
    settle(id);
    run_step("end", id);
    EXPECT_EQ(state(id), "completed");
    EXPECT_EQ(retry_workflow(*pool, soon(), schema, id).error().code, ErrorCode::conflict);
    EXPECT_EQ(retry_workflow(*pool, soon(), schema, new_uuid()).error().code, ErrorCode::not_found);
}

TEST_F(WorkflowStop, Q15_ARetryThatDiedHalfwayCanBeRepeated) {
    const std::string id = make({step("a"), step("b", {"a"})});
    fail_job(take_one());
    settle(id);
    // Between reopening the workflow and putting its job back.
    execute("UPDATE workflow SET state = 'running', stop = 'no', finished_at = 0");
    EXPECT_EQ(settle_workflows(*pool, soon(), schema), 0U);
    EXPECT_EQ(state(id), "failed");
    EXPECT_EQ(value_or_throw(retry_workflow(*pool, soon(), schema, id)), 1U);
    run_step("a", id);
    run_step("b", id);
    EXPECT_EQ(state(id), "completed");
}

TEST_F(WorkflowStop, Q15_CancellingTakesBackWhatWaits) {
    NewStep later = step("later");
    later.job.delay = std::chrono::hours(1);
    const std::string id = make({step("a"), step("b"), later, step("end", {"a"})});
    const ReservedJob running = take_one();
    value_or_throw(cancel_workflow(*pool, soon(), schema, id));
    EXPECT_EQ(count("jobs"), 1);
    EXPECT_EQ(count("job_delayed"), 0);
    EXPECT_EQ(state(id), "running"); // until the last one has ended
    EXPECT_EQ(renew_leases(*pool, soon(), schema, {&running}).cancel.size(), 1U);
    fail_job(running, true);
    EXPECT_TRUE(settle(id).finished);
    EXPECT_EQ(state(id), "cancelled");
    EXPECT_EQ(cancel_workflow(*pool, soon(), schema, id).error().code, ErrorCode::conflict);
    EXPECT_EQ(cancel_workflow(*pool, soon(), schema, "x").error().code, ErrorCode::not_found);
}

TEST_F(WorkflowStop, Q15_ACancelledOneCanBeTakenUpAgain) {
    const std::string id = make({step("a"), step("end", {"a"})});
    value_or_throw(cancel_workflow(*pool, soon(), schema, id));
    ASSERT_EQ(state(id), "cancelled");
    EXPECT_EQ(value_or_throw(retry_workflow(*pool, soon(), schema, id)), 1U);
    run_step("a", id);
    run_step("end", id);
    EXPECT_EQ(state(id), "completed");
}

TEST_F(WorkflowStop, Q15_AFailedJobOfACancelledOneRunsByItself) {
    const std::string id = make({step("a"), step("b")});
    std::map<std::string, ReservedJob> taken = take_kinds();
    fail_job(taken.at("a"));
    value_or_throw(cancel_workflow(*pool, soon(), schema, id));
    fail_job(taken.at("b"), true);
    settle(id);
    value_or_throw(retry_failed(*pool, soon(), schema, envelope_uuid(taken.at("a").payload)));
    const ReservedJob alone = take_one();
    EXPECT_EQ(alone.flags, flag_tracked);
    EXPECT_FALSE(value_or_throw(parse_envelope(alone.payload)).workflow_step.has_value());
    EXPECT_EQ(state(id), "cancelled");
}

TEST_F(WorkflowStop, Q15_CancellingAStepsJobStopsTheWorkflow) {
    const std::string id = make({step("a"), step("b", {"a"})});
    const std::string uuid = show(id).at("steps").at(0).at("job");
    value_or_throw(cancel_job(*pool, soon(), schema, uuid));
    EXPECT_EQ(state(id), "cancelled");
    EXPECT_EQ(states(id).at("b"), "waiting");
}

TEST_F(WorkflowStop, Q15_ClearingTheQueueEndsIt) {
    const std::string id = make({step("a"), step("b"), step("c", {"a", "b"})});
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 2U);
    EXPECT_EQ(state(id), "cancelled");
}

} // namespace
} // namespace bgerp::queue
