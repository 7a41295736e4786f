#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

using Lifecycle = QueueFixture;

TEST_F(Lifecycle, RenewingKeepsTheJob) {
    push(job());
    const ReservedJob held = take_one(me);
    age_leases(10);
    EXPECT_TRUE(renew_leases(*pool, soon(), schema, {&held}).lost.empty());
    age_leases(10);
    EXPECT_TRUE(take(other).empty());
}

TEST_F(Lifecycle, RenewalTellsWhichAreLostAndWhichAreToBeCancelled) {
    std::vector<NewJob> jobs(30, job());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].priority = static_cast<std::int64_t>(i % 2);
    }
    push_many(jobs);
    const std::vector<ReservedJob> held = take(me, 30);
    execute("UPDATE jobs SET reserved_by = 8 WHERE id = ?", {held[17].key.id});
    EXPECT_EQ(*cancel_job(*pool, soon(), schema, envelope_uuid(held[5].payload)), "running");
    std::vector<const ReservedJob*> pointers;
    for (const ReservedJob& one : held) {
        pointers.push_back(&one);
    }
    const RenewOutcome outcome = renew_leases(*pool, soon(), schema, pointers);
    EXPECT_THAT(outcome.lost, testing::ElementsAre(17));
    EXPECT_THAT(outcome.cancel, testing::ElementsAre(5));
}

TEST_F(Lifecycle, RenewalDoesNotWaitForAHandlersTransaction) {
    push_many({job(), job()});
    const std::vector<ReservedJob> held = take(me, 2);
    age_leases(10);
    value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        Result<void> checkpoint = checkpoint_if_mine(t, schema, held[0]);
        // The first row is locked from here on; a wait for it would end in error 1205.
        EXPECT_TRUE(renew_leases(*pool, soon(), schema, {&held[0], &held[1]}).lost.empty());
        return checkpoint;
    }));
    EXPECT_EQ(count("jobs", "reserved_at >= UNIX_TIMESTAMP() - 5"), 2);
}

TEST_F(Lifecycle, ACheckpointTakesTheRescuesBack) {
    push(job());
    take_one(other);
    age_leases(20);
    const ReservedJob held = take_one(me);
    EXPECT_EQ(held.rescues, 1);
    age_leases(20);
    value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return checkpoint_if_mine(t, schema, held);
    }));
    EXPECT_EQ(count("jobs", "rescues = 0 AND reserved_at >= UNIX_TIMESTAMP() - 5"), 1);
}

// However many workers die, with or without progress between: their attempts aren't tries.
TEST_F(Lifecycle, DeadWorkersAreCountedApartForGood) {
    push(job());
    take_one(other);
    age_leases(20);
    const ReservedJob rescued = take_one(me);
    value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return checkpoint_if_mine(t, schema, rescued);
    }));
    age_leases(20);
    const ReservedJob again = take_one(other);
    EXPECT_EQ(again.fence.attempts, 3);
    EXPECT_EQ(again.rescues, 1);
    EXPECT_EQ(again.interruptions, 2);
    EXPECT_TRUE(retry_if_mine(*pool, soon(), schema, {&again, {}, again.payload, 0, "it broke"}));
    const ReservedJob third = take_one(me);
    EXPECT_EQ(third.interruptions, 2);
    EXPECT_TRUE(retry_if_mine(*pool, soon(), schema, {&third, {}, third.payload, 9, "it broke"}));
    EXPECT_EQ(count("job_delayed", "interruptions = 2 AND attempts = 4"), 1);
}

TEST_F(Lifecycle, ARetryKeepsTheAttemptsAndTheHistory) {
    NewJob urgent = job();
    urgent.priority = -3;
    const std::string uuid = push(urgent);
    const ReservedJob first = take_one();
    const std::string payload = with_exceptions(first.payload, 1);
    value_or_throw(
        retry_if_mine(*pool, soon(), schema, {&first, uuid, payload, 30, "no such \xFF table"})
    );
    EXPECT_EQ(state_of(uuid), "retryable");
    EXPECT_TRUE(take(me).empty());
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 0U);
    make_due();
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 1U);
    EXPECT_EQ(state_of(uuid), "available");
    const ReservedJob second = take_one();
    EXPECT_EQ(second.fence.attempts, 2);
    EXPECT_EQ(second.key.priority, -3);
    EXPECT_EQ(second.created_at, first.created_at);
    EXPECT_EQ(parse_envelope(second.payload)->exceptions, 1);
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&second, uuid, payload, 0, "again"}));
    EXPECT_EQ(state_of(uuid), "available");
    const ReservedJob third = take_one(); // delay 0: at once
    EXPECT_EQ(third.fence.attempts, 3);
    const Json shown = value_or_throw(show_job(*pool->acquire(soon()), schema, uuid));
    EXPECT_EQ(shown["attempts"], 3);
    EXPECT_EQ(shown["error"], "again");
    ASSERT_EQ(shown["history"].size(), 2U);
    EXPECT_EQ(shown["history"][0]["attempt"], 1);
    EXPECT_EQ(shown["history"][0]["error"], "no such ? table");
}

TEST_F(Lifecycle, TheHistoryStaysBounded) {
    const std::string uuid = push(job());
    for (int i = 0; i < 103; ++i) {
        const ReservedJob held = take_one();
        const std::string error = std::string(5000, 'e');
        value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, uuid, held.payload, 0, error}));
    }
    const Json shown = value_or_throw(show_job(*pool->acquire(soon()), schema, uuid));
    ASSERT_EQ(shown["history"].size(), 100U);
    EXPECT_EQ(shown["history"][0]["attempt"], 4);
    EXPECT_LE(shown["history"][0]["error"].get<std::string>().size(), 2000U);
}

TEST_F(Lifecycle, AFailureGoesToFailedJobsAsLaravelHasIt) {
    const std::string uuid = push(job("report_build"));
    const ReservedJob held = take_one();
    value_or_throw(
        fail_if_mine(*pool, soon(), schema, {&held, uuid, "", std::string("boom \xC3", 6), false})
    );
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(state_of(uuid), "failed");
    EXPECT_EQ(
        text("SELECT CONCAT_WS('/', uuid, connection, queue, exception) FROM failed_jobs"),
        uuid + "/bgerp/default/boom ?"
    );
    EXPECT_EQ(text("SELECT payload FROM failed_jobs"), held.payload);
}

TEST_F(Lifecycle, APayloadNobodyCanReadFailsAndCanBeRetried) {
    const std::string junk("{\x01\x02 \xF0\x9F\x92\xA9 not json", 17);
    execute(
        "INSERT INTO jobs (queue, attempts, reserved_at, available_at, created_at, payload)"
        " VALUES ('default', 0, NULL, 0, 0, ?)",
        {junk}
    );
    const ReservedJob held = take_one();
    EXPECT_EQ(held.payload, junk);
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "unreadable", false}));
    EXPECT_EQ(text("SELECT payload FROM failed_jobs"), junk);
    const std::string uuid = text("SELECT uuid FROM failed_jobs");
    EXPECT_EQ(uuid.size(), 36U);
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, uuid), 1U);
    EXPECT_EQ(take_one().payload, junk);
}

TEST_F(Lifecycle, TheSameEnvelopePushedTwiceCanFailTwice) {
    const std::string envelope = R"({"uuid":"8f3c3b1e-0e4b-4a54-9d0f-0d6a6c0b7c11","job":"noop"})";
    for (int i = 0; i < 2; ++i) {
        execute(
            "INSERT INTO jobs (queue, attempts, available_at, created_at, payload)"
            " VALUES ('default', 0, 0, 0, ?)",
            {envelope}
        );
        const ReservedJob held = take_one();
        value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "e", false}));
    }
    EXPECT_EQ(count("failed_jobs"), 2);
}

TEST_F(Lifecycle, AReleaseSpendsNoAttempt) {
    const std::vector<std::string> uuids = push_many({job(), job()});
    std::vector<ReservedJob> held = take(me, 2);
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held[0], &held[1]}), 2U);
    EXPECT_EQ(state_of(uuids[0]), "available");
    EXPECT_EQ(number("SELECT attempts FROM job_run LIMIT 1"), 0);
    held = take(me, 2);
    EXPECT_EQ(held[0].fence.attempts, 1);

    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held[0]}, 60), 1U);
    EXPECT_EQ(state_of(uuids[0]), "scheduled");
    EXPECT_EQ(count("job_delayed", "attempts = 0 AND available_at > UNIX_TIMESTAMP() + 50"), 1);
    make_due();
    promote_due(*pool, soon(), schema, 10);
    EXPECT_EQ(take_one().fence.attempts, 1);
}

TEST_F(Lifecycle, ManyDueJobsArePromotedInTheirOrder) {
    std::vector<NewJob> jobs(1203, job());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].delay = std::chrono::seconds(5000 - i);
        jobs[i].tracked = i % 2 == 0;
    }
    const std::vector<std::string> uuids = push_many(jobs);
    execute("UPDATE job_delayed SET available_at = available_at - 10000");
    EXPECT_EQ(promote_due(*pool, soon(), schema, 1000), 1000U);
    EXPECT_EQ(promote_due(*pool, soon(), schema, 1000), 203U);
    EXPECT_EQ(count("job_delayed"), 0);
    EXPECT_EQ(envelope_uuid(take_one().payload), uuids.back());
    EXPECT_EQ(
        number("SELECT COUNT(*) FROM jobs JOIN job_run ON job_id = id"
               " WHERE uuid = JSON_VALUE(payload, '$.uuid') AND state <> 'scheduled'"),
        602
    );
}

// laravel/framework #34990: a pop that stepped over 32,000 delayed rows took a minute.
TEST_F(Lifecycle, JobsThatLaravelDelayedAreMovedOffTheClaimsPath) {
    execute("INSERT INTO jobs (queue, attempts, available_at, created_at, payload)"
            " WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
            " SELECT 'default', 0, UNIX_TIMESTAMP() + 3600 + i, 0, '{\"job\":\"noop\"}' FROM n");
    push(job());
    ShuntCursor cursor;
    EXPECT_EQ(shunt_delayed(*pool, soon(), schema, 500, cursor), 500U);
    EXPECT_EQ(count("job_delayed"), 500);
    EXPECT_EQ(shunt_delayed(*pool, soon(), schema, 500, cursor), 201U);
    EXPECT_EQ(shunt_delayed(*pool, soon(), schema, 500, cursor), 0U);
    EXPECT_EQ(cursor.id, 0U);
    EXPECT_EQ(count("jobs"), 1);
    EXPECT_EQ(count("job_delayed", "available_at > UNIX_TIMESTAMP() + 3590"), 700);
}

TEST_F(Lifecycle, ProgressIsShown) {
    const std::string uuid = push(job());
    const ReservedJob held = take_one();
    value_or_throw(report_progress(*pool->acquire(soon()), schema, held, uuid, 250, "half way"));
    const Json shown = value_or_throw(show_job(*pool->acquire(soon()), schema, uuid));
    EXPECT_EQ(shown["state"], "running");
    EXPECT_EQ(shown["progress"], 100);
    EXPECT_EQ(shown["progress_message"], "half way");
}

} // namespace
} // namespace bgerp::queue
