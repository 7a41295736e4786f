// Jobs of ours that Laravel's own worker ended, and their records that it knows nothing of:
// job_run, the batch's members, the statistics.
#include "tests/conformance/foreign_fixture.hpp"

namespace bgerp::queue {
namespace {

TEST_F(ForeignEnds, AJobWhoseRowIsGoneHasEndedAtTheSecondLook) {
    const std::string uuid = push(job());
    const std::string waiting = push(job());
    execute("DELETE FROM jobs WHERE payload LIKE ?", {"%" + uuid + "%"});
    look();
    EXPECT_EQ(state_of(uuid), "available") << "the failure may be written in a moment";
    look();
    EXPECT_EQ(state_of(uuid), "completed");
    EXPECT_EQ(
        text("SELECT progress_message FROM job_run WHERE uuid = ?", {uuid}),
        "ended by another system"
    );
    EXPECT_EQ(state_of(waiting), "available");
}

TEST_F(ForeignEnds, OneThatLaravelLoggedAsFailedHasFailedAndCanBeRetriedHere) {
    const std::string uuid = push(job());
    laravel_takes();
    laravel_deletes();
    look();
    laravel_logs_failure(uuid);
    look();
    EXPECT_EQ(state_of(uuid), "failed");
    EXPECT_EQ(text("SELECT outcome FROM job_run"), "failed");
}

TEST_F(ForeignEnds, WhatLaravelPutBackIsTrackedAsTheNewRow) {
    const std::string uuid = push(job());
    laravel_takes();
    laravel_puts_back(0);
    EXPECT_EQ(number("SELECT flags FROM jobs"), 0);
    look();
    look();
    EXPECT_EQ(state_of(uuid), "available");
    const ReservedJob taken = take_one();
    EXPECT_EQ(taken.flags, flag_tracked);
    EXPECT_EQ(static_cast<std::int64_t>(taken.key.id), number("SELECT job_id FROM job_run"));
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&taken, uuid, "", ""}}), 0U);
    EXPECT_EQ(state_of(uuid), "completed");
}

TEST_F(ForeignEnds, WhatLaravelDelayedAndWasMovedAsideIsTrackedThere) {
    const std::string uuid = push(job());
    laravel_takes();
    laravel_puts_back(3600);
    ShuntCursor shunted;
    static_cast<void>(shunt_delayed(*pool, soon(), schema, 100, shunted));
    ASSERT_EQ(count("job_delayed"), 1);
    look();
    look();
    EXPECT_EQ(state_of(uuid), "retryable");
    make_due();
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 1U);
    EXPECT_EQ(state_of(uuid), "available");
    EXPECT_EQ(take_one().flags, flag_tracked);
}

TEST_F(ForeignEnds, WhatLaravelPutBackAndALimitHoldsBackIsTrackedThere) {
    const std::string uuid = push(job());
    laravel_takes();
    laravel_puts_back(0);
    hold_back(take_one());
    look_twice();
    EXPECT_EQ(state_of(uuid), "available");
    EXPECT_EQ(number("SELECT flags FROM job_blocked"), flag_tracked);
    EXPECT_EQ(number("SELECT id FROM job_blocked"), number("SELECT job_id FROM job_run"));
    look_twice();
    EXPECT_EQ(state_of(uuid), "available");
}

TEST_F(ForeignEnds, Q45_EndsAreCountedByQueueAndKind) {
    NewJob slow = job("paint");
    slow.queue = "slow";
    const std::vector<std::string> uuids = push_many({job(), job(), slow});
    laravel_takes();
    laravel_deletes();
    laravel_logs_failure(uuids[1]);
    look();
    EXPECT_TRUE(ends.empty());
    look();
    look_twice();
    ASSERT_EQ(ends.size(), 2U);
    const JobCounts& fast = ends[{"default", "noop"}];
    EXPECT_EQ(fast.completed, 1U);
    EXPECT_EQ(fast.failed, 1U);
    EXPECT_EQ(fast.started, 0U) << "how many attempts there were isn't known";
    const JobCounts& painted = ends[{"slow", "paint"}];
    EXPECT_EQ(painted.completed, 1U);
}

TEST_F(ForeignEnds, ABatchFinishesWhoeverRanItsMembers) {
    NewBatch batch;
    batch.jobs = {job(), job(), job()};
    batch.allow_failures = true;
    batch.then_job = job("then");
    batch.finally_job = job("finally");
    const std::string id =
        value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return create_batch(t, schema, batch);
        }));
    const std::string failed = text("SELECT uuid FROM job_run ORDER BY uuid LIMIT 1");
    laravel_takes();
    laravel_deletes();
    laravel_logs_failure(failed);
    look();
    look();
    const BatchState state = *find_batch(*direct->acquire(soon()), schema, id);
    EXPECT_TRUE(state.finished);
    EXPECT_EQ(state.failed, 1);
    EXPECT_EQ(text("SELECT failed_job_ids FROM job_batches"), "[\"" + failed + "\"]");
    EXPECT_EQ(count("jobs", "payload LIKE '%\"job\":\"finally\"%'"), 1);
    EXPECT_EQ(count("jobs", "payload LIKE '%\"job\":\"then\"%'"), 0);
}

TEST_F(ForeignEnds, JobsInEveryStateOfOursAreLeftAlone) {
    NewJob later = job();
    later.delay = std::chrono::hours(1);
    const std::string scheduled = push(later);
    const std::string retried = push(job());
    const ReservedJob first = take_one();
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&first, retried, first.payload, 60, "e"}));
    const std::string held_back = push(job());
    hold_back(take_one());
    const std::string running = push(job());
    static_cast<void>(take_one());
    const std::string available = push(job());
    look();
    look();
    EXPECT_EQ(state_of(scheduled), "scheduled");
    EXPECT_EQ(state_of(retried), "retryable");
    EXPECT_EQ(state_of(running), "running");
    EXPECT_EQ(state_of(available), "available");
    EXPECT_EQ(state_of(held_back), "available") << "it is neither gone nor over";
    EXPECT_TRUE(cursor.suspects.empty());
}

TEST_F(ForeignEnds, HousekeepingBringsLaravelsCountersOfAnOpenBatchUpToDate) {
    NewBatch batch;
    batch.jobs = {job(), job(), job()};
    batch.allow_failures = true;
    const std::string id =
        value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return create_batch(t, schema, batch);
        }));
    const std::vector<ReservedJob> held = take(me, 2);
    const std::string failed = envelope_uuid(held[1].payload);
    EXPECT_EQ(
        complete_many_if_mine(
            *pool,
            soon(),
            schema,
            {{&held[0], envelope_uuid(held[0].payload), id, ""}}
        ),
        0U
    );
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held[1], failed, id, "e", false}));
    EXPECT_EQ(number("SELECT pending_jobs FROM job_batches"), 3);
    EXPECT_EQ(settle_batches(*pool, soon(), schema), 0U);
    EXPECT_EQ(number("SELECT pending_jobs FROM job_batches"), 1);
    EXPECT_EQ(number("SELECT failed_jobs FROM job_batches"), 1);
    EXPECT_EQ(text("SELECT failed_job_ids FROM job_batches"), "[\"" + failed + "\"]");
}

// Laravel's queue:retry pushes failed_jobs.payload as it is.
TEST_F(ForeignEnds, AFailedPayloadCountsItsExceptionsAnew) {
    NewJob counted = job();
    counted.max_exceptions = 3;
    push(counted);
    ReservedJob held = take_one();
    held.payload = with_exceptions(held.payload, 2);
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "e", false}));
    EXPECT_EQ(parse_envelope(text("SELECT payload FROM failed_jobs"))->exceptions, 0);
}

} // namespace
} // namespace bgerp::queue
