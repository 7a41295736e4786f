// What follows in a chain or a workflow when Laravel's own worker ended what came before.
#include "tests/conformance/foreign_fixture.hpp"

namespace bgerp::queue {
namespace {

TEST_F(ForeignEnds, Q14_AChainGoesOnWhoeverRanItsLinks) {
    const std::string first = push(chain());
    laravel_takes();
    laravel_deletes();
    look();
    EXPECT_EQ(count("jobs"), 0) << "the failure may be written in a moment";
    look();
    look_twice();
    EXPECT_EQ(state_of(first), "completed");
    EXPECT_EQ(count("job_run", "ending IS NOT NULL"), 1) << "that of the next link";
    ASSERT_EQ(count("jobs"), 1) << "each comes once";
    const ReservedJob second = take_one();
    EXPECT_EQ(envelope_of(second).kind, "second");
    EXPECT_EQ(envelope_of(second).previous_uuid, first);
    EXPECT_TRUE(envelope_of(second).previous.is_null()) << "Laravel's worker leaves no output";
    complete(second, R"({"rows":7})");
    ASSERT_EQ(count("jobs"), 1);
    laravel_takes();
    laravel_deletes();
    look_twice();
    EXPECT_EQ(count("jobs") + count("job_delayed"), 0);
    EXPECT_EQ(count("job_run", "state = 'completed'"), 3) << "and no catch";
    EXPECT_EQ(count("job_run", "ending IS NOT NULL"), 0);
}

TEST_F(ForeignEnds, Q14_AFailedLinkTellsTheCatchAndGoesOnWhenItIsRetriedHere) {
    const std::string uuid = push(chain());
    laravel_takes();
    laravel_fails(uuid);
    look_twice();
    EXPECT_EQ(state_of(uuid), "failed");
    const ReservedJob told = take_one();
    EXPECT_EQ(envelope_of(told).kind, "catch");
    EXPECT_EQ(
        envelope_of(told).previous,
        (Json{{"state", "failed"}, {"error", "RuntimeException: no"}})
    );
    complete(told);
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, uuid)), 1U);
    EXPECT_EQ(state_of(uuid), "available");
    EXPECT_EQ(number("SELECT flags FROM jobs"), flag_tracked | flag_chain);
    laravel_takes();
    laravel_deletes();
    look_twice();
    EXPECT_EQ(state_of(uuid), "completed");
    const ReservedJob second = take_one();
    EXPECT_EQ(envelope_of(second).kind, "second");
    EXPECT_TRUE(envelope_of(second).chain_catch.is_null()) << "it was told, and isn't again";
}

TEST_F(ForeignEnds, Q14_ALinkThatLaravelPutBackKeepsWhatComesAfterIt) {
    push(chain());
    laravel_takes();
    laravel_puts_back(0);
    look_twice();
    const ReservedJob first = take_one();
    EXPECT_EQ(first.flags, flag_tracked | flag_chain);
    complete(first);
    EXPECT_EQ(envelope_of(take_one()).kind, "second");
}

// The link is run by a worker of ours before it is known again: its end is found like Laravel's.
TEST_F(ForeignEnds, Q14_AFailedLinkThatIsRetriedBeforeAnyLookHasNotEnded) {
    const std::string uuid = push(chain());
    laravel_takes();
    laravel_fails(uuid);
    laravel_retries();
    look_twice();
    EXPECT_EQ(state_of(uuid), "available");
    ASSERT_EQ(count("jobs"), 1) << "the link itself, and nothing that follows it";
    laravel_takes();
    laravel_deletes();
    look_twice();
    EXPECT_EQ(state_of(uuid), "completed");
    EXPECT_EQ(envelope_of(take_one()).kind, "second");
}

TEST_F(ForeignEnds, Q14_ALinkThatWasPutBackAndEndedUnseenGoesOn) {
    push(chain());
    laravel_takes();
    laravel_puts_back(0);
    complete(take_one());
    EXPECT_EQ(count("jobs"), 0);
    look_twice();
    EXPECT_EQ(envelope_of(take_one()).kind, "second");
}

TEST_F(ForeignEnds, Q14_AReplacedJobGoesOnWithTheChainOfItsReplacement) {
    NewJob plain = job("first");
    plain.unique = UniqueRule();
    push(plain);
    NewJob replacing = chain();
    replacing.unique = UniqueRule();
    replacing.unique->on_conflict = UniqueRule::OnConflict::replace;
    push(replacing);
    laravel_takes();
    laravel_deletes();
    look_twice();
    EXPECT_EQ(envelope_of(take_one()).kind, "second");
}

TEST_F(ForeignEnds, Q15_AWorkflowGoesOnWhoeverRanItsSteps) {
    const std::string id = make({step("a"), step("b"), step("join", {"a", "b"})});
    laravel_takes();
    laravel_deletes();
    look_twice();
    ASSERT_EQ(count("jobs"), 1) << "enqueued once";
    EXPECT_EQ(states(id).at("a"), "completed");
    const ReservedJob join = take_one();
    const Json parents = step_start(*pool->acquire(soon()), schema, ref_of(join))->input["parents"];
    EXPECT_EQ(parents["a"], (Json{{"state", "completed"}, {"output", nullptr}}));
    laravel_deletes();
    look_twice();
    EXPECT_EQ(state(id), "completed");
    EXPECT_EQ(count("workflow_todo"), 0);
}

TEST_F(ForeignEnds, Q15_AFailedStepStopsTheWorkflowAndLetsItGoOnWhenItIsRetriedHere) {
    const std::string id = make({step("a"), step("b", {"a"})});
    laravel_takes();
    laravel_fails(text("SELECT uuid FROM job_run"));
    look_twice();
    EXPECT_EQ(state(id), "failed");
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(value_or_throw(retry_workflow(*pool, soon(), schema, id)), 1U);
    EXPECT_EQ(state(id), "running");
    EXPECT_EQ(number("SELECT flags FROM jobs"), flag_tracked | flag_workflow);
    laravel_takes();
    laravel_deletes();
    look_twice();
    run_step("b", id);
    EXPECT_EQ(state(id), "completed");
}

} // namespace
} // namespace bgerp::queue
