// What Laravel's own worker does to rows of ours, statement by statement, and what becomes of the
// records that it knows nothing of: job_run and the batch's members.
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/foreign_ends.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

namespace bgerp::queue {
namespace {

class ForeignEnds : public QueueFixture {
protected:
    // DatabaseQueue::markJobAsReserved
    void laravel_takes() {
        execute("UPDATE jobs SET reserved_at = UNIX_TIMESTAMP(), attempts = attempts + 1");
    }

    // DatabaseQueue::deleteReserved
    void laravel_deletes() { execute("DELETE FROM jobs"); }

    // DatabaseQueue::deleteAndRelease: another row, of the columns that Laravel has
    void laravel_puts_back(std::int64_t delay_s) {
        execute(
            "INSERT INTO jobs (queue, payload, attempts, available_at, created_at)"
            " SELECT queue, payload, attempts, UNIX_TIMESTAMP() + ?, UNIX_TIMESTAMP() FROM jobs",
            {delay_s}
        );
        execute("DELETE FROM jobs WHERE reserved_at IS NOT NULL");
    }

    // DatabaseUuidFailedJobProvider::log
    void laravel_logs_failure(const std::string& uuid) {
        execute(
            "INSERT INTO failed_jobs (uuid, connection, queue, payload, exception)"
            " VALUES (?, 'bgerp', 'default', '{}', 'RuntimeException: no')",
            {uuid}
        );
    }

    // To the end of the runs, as a round of housekeeping does.
    void look() {
        while (settle_foreign_ends(*pool, soon(), schema, 2, cursor) != 0) {
        }
    }

    ForeignCursor cursor;
};

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
    const std::string running = push(job());
    static_cast<void>(take_one());
    const std::string available = push(job());
    look();
    look();
    EXPECT_EQ(state_of(scheduled), "scheduled");
    EXPECT_EQ(state_of(retried), "retryable");
    EXPECT_EQ(state_of(running), "running");
    EXPECT_EQ(state_of(available), "available");
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
