#include "base/ids.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/prune.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace bgerp::queue {
namespace {

class Batch : public QueueFixture {
protected:
    static NewBatch batch_of(std::size_t members) {
        NewBatch batch;
        batch.name = "monthly";
        batch.jobs.assign(members, job("member"));
        batch.then_job = callback("then");
        batch.catch_job = callback("catch");
        batch.finally_job = callback("finally");
        return batch;
    }

    static NewJob callback(const std::string& kind) {
        NewJob fresh = job(kind);
        fresh.queue = "callbacks";
        fresh.tracked = false;
        return fresh;
    }

    std::string make(const NewBatch& batch) {
        return value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return create_batch(t, schema, batch);
        }));
    }

    BatchState state(const std::string& id) {
        return value_or_throw(find_batch(*pool->acquire(soon()), schema, id));
    }

    // Without the settling that follows: as if the worker died right after the commit.
    void complete(const ReservedJob& held, const std::string& id) {
        EXPECT_EQ(
            complete_many_if_mine(
                *pool,
                soon(),
                schema,
                {{&held, envelope_uuid(held.payload), id, ""}}
            ),
            0U
        );
    }

    void fail_member(const ReservedJob& held, const std::string& id, bool cancelled = false) {
        value_or_throw(fail_if_mine(
            *pool,
            soon(),
            schema,
            {&held, envelope_uuid(held.payload), id, "e", cancelled}
        ));
    }

    bool settle(const std::string& id) { return settle_batch(*pool, soon(), schema, id); }

    std::vector<std::string> fired() {
        std::vector<std::string> kinds;
        direct->acquire(soon())->query(
            "SELECT payload FROM jobs WHERE queue = 'callbacks' ORDER BY id",
            {},
            [&](const mysql::Row& row) { kinds.push_back(parse_envelope(row.text(0))->kind); }
        );
        return kinds;
    }
};

TEST_F(Batch, EndsWithThenAndFinallyWhenAllSucceed) {
    const std::string id = make(batch_of(3));
    EXPECT_EQ(state(id).pending, 3);
    const std::vector<ReservedJob> held = take(me, 3);
    EXPECT_EQ(parse_envelope(held[0].payload)->batch_id, id);
    complete(held[0], id);
    complete(held[1], id);
    EXPECT_FALSE(settle(id));
    EXPECT_EQ(state(id).progress(), 66);
    EXPECT_TRUE(fired().empty());
    complete(held[2], id);
    EXPECT_TRUE(settle(id));
    EXPECT_FALSE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("then", "finally"));
    const BatchState end = state(id);
    EXPECT_TRUE(end.finished);
    EXPECT_EQ(end.total, 3);
    EXPECT_EQ(end.pending, 0);
    EXPECT_EQ(end.progress(), 100);
    EXPECT_EQ(number("SELECT pending_jobs FROM job_batches"), 0); // Laravel's counters
}

TEST_F(Batch, TheFirstFailureCancelsTheRest) {
    const std::string id = make(batch_of(3));
    const std::vector<ReservedJob> held = take(me, 3);
    fail_member(held[1], id);
    EXPECT_FALSE(settle(id));
    EXPECT_FALSE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("catch"));
    EXPECT_TRUE(batch_cancelled(*pool->acquire(soon()), schema, id));
    complete(held[0], id); // was running
    fail_member(held[2], id, true);
    EXPECT_TRUE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("catch", "finally"));
    EXPECT_EQ(state(id).failed, 1);
    EXPECT_EQ(
        text("SELECT failed_job_ids FROM job_batches"),
        "[\"" + envelope_uuid(held[1].payload) + "\"]"
    );
}

TEST_F(Batch, WithFailuresAllowedTheRestGoesOn) {
    NewBatch batch = batch_of(2);
    batch.allow_failures = true;
    const std::string id = make(batch);
    const std::vector<ReservedJob> held = take(me, 2);
    fail_member(held[0], id);
    EXPECT_FALSE(settle(id));
    EXPECT_TRUE(fired().empty());
    EXPECT_FALSE(batch_cancelled(*pool->acquire(soon()), schema, id));
    complete(held[1], id);
    EXPECT_TRUE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("catch", "finally"));
}

TEST_F(Batch, AnEmptyOneIsFinishedAtOnce) {
    const std::string id = make(batch_of(0));
    EXPECT_TRUE(state(id).finished);
    EXPECT_EQ(state(id).progress(), 100);
    EXPECT_THAT(fired(), testing::ElementsAre("then", "finally"));
}

TEST_F(Batch, ACallbackThatCantBeEnqueuedIsRefusedAtOnce) {
    NewBatch batch = batch_of(1);
    batch.finally_job->priority = 99'999;
    const auto refused = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return create_batch(t, schema, batch);
    });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().field, "priority");
    EXPECT_EQ(count("job_batches"), 0);
}

// sidekiq #5143, #6852: callbacks that come never, or twice.
TEST_F(Batch, LastMembersThatEndTogetherFireOnce) {
    constexpr int rounds = 20;
    constexpr std::size_t members = 4;
    std::atomic<int> finishes = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::string id = make(batch_of(members));
        const std::vector<ReservedJob> held = take(me, members);
        ASSERT_EQ(held.size(), members);
        std::vector<std::thread> threads;
        for (const ReservedJob& one : held) {
            threads.emplace_back([&] {
                complete(one, id);
                finishes += settle(id) ? 1 : 0;
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    EXPECT_EQ(finishes, rounds);
    EXPECT_EQ(fired().size(), 2U * rounds);
    EXPECT_EQ(settle_batches(*pool, soon(), schema), 0U);
}

// laravel #36478, #39722: sub-second jobs that waited seconds for their batch's row.
TEST_F(Batch, AMembersEndDoesNotWaitForTheBatchsRow) {
    const std::string id = make(batch_of(3));
    const std::vector<ReservedJob> held = take(me, 3);
    mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& t) {
        t.execute("UPDATE job_batches SET name = 'held' WHERE id = ?", {id});
        complete(held[0], id); // a wait for the row would end in error 1205
        complete(held[1], id);
        EXPECT_FALSE(settle(id));
        return true;
    });
    EXPECT_EQ(state(id).pending, 1);
}

TEST_F(Batch, HousekeepingFindsWhatACrashLeft) {
    const std::string done = make(batch_of(1));
    complete(take_one(), done);
    const std::string failed = make(batch_of(2));
    const std::vector<ReservedJob> held = take(me, 2);
    fail_member(held[0], failed);
    const std::string open = make(batch_of(1));
    EXPECT_TRUE(fired().empty());
    EXPECT_EQ(settle_batches(*pool, soon(), schema), 1U);
    EXPECT_THAT(fired(), testing::UnorderedElementsAre("then", "finally", "catch"));
    EXPECT_TRUE(state(done).finished);
    EXPECT_FALSE(state(open).finished);
    EXPECT_EQ(settle_batches(*pool, soon(), schema), 0U);
}

TEST_F(Batch, MembersAreAddedWhileItIsOpen) {
    const std::string id = make(batch_of(1));
    const auto add = [&](const std::string& to) {
        return mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return add_to_batch(t, schema, to, {job("late"), job("late")});
        });
    };
    EXPECT_TRUE(add(id).has_value());
    EXPECT_EQ(state(id).total, 3);
    EXPECT_EQ(state(id).pending, 3);
    for (const ReservedJob& held : take(me, 3)) {
        complete(held, id);
    }
    EXPECT_TRUE(settle(id));
    EXPECT_EQ(add(id).error().code, ErrorCode::conflict);
    EXPECT_EQ(add(new_uuid()).error().code, ErrorCode::not_found);
    EXPECT_EQ(count("jobs", "queue = 'default'"), 0);
}

TEST_F(Batch, CancellingAMemberEndsIt) {
    const std::string id = make(batch_of(2));
    const ReservedJob held = take_one();
    complete(held, id);
    const std::string waiting = text("SELECT uuid FROM job_run WHERE state = 'available'");
    EXPECT_EQ(*cancel_job(*pool, soon(), schema, waiting), "cancelled");
    EXPECT_TRUE(state(id).finished);
    EXPECT_THAT(fired(), testing::ElementsAre("then", "finally"));
}

TEST_F(Batch, ClearingItsQueueEndsIt) {
    NewBatch batch = batch_of(700);
    batch.jobs[3].delay = std::chrono::hours(1);
    const std::string id = make(batch);
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 700U);
    EXPECT_TRUE(state(id).finished);
    EXPECT_EQ(count("job_run", "state = 'cancelled'"), 700);
}

TEST_F(Batch, CancellingTheWholeIsSeenByTheWorker) {
    const std::string id = make(batch_of(1));
    EXPECT_TRUE(cancel_batch(*pool, soon(), schema, id).has_value());
    EXPECT_TRUE(cancel_batch(*pool, soon(), schema, id).has_value());
    EXPECT_TRUE(batch_cancelled(*pool->acquire(soon()), schema, id));
    EXPECT_TRUE(state(id).cancelled);
    EXPECT_FALSE(state(id).finished);
    fail_member(take_one(), id, true);
    EXPECT_TRUE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("finally"));
    EXPECT_EQ(cancel_batch(*pool, soon(), schema, id).error().code, ErrorCode::conflict);
    EXPECT_EQ(cancel_batch(*pool, soon(), schema, "none").error().code, ErrorCode::not_found);
}

TEST_F(Batch, AFailedMemberRetriedInTimeCountsAgain) {
    NewBatch batch = batch_of(2);
    batch.allow_failures = true;
    const std::string id = make(batch);
    const std::vector<ReservedJob> held = take(me, 2);
    fail_member(held[0], id);
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, envelope_uuid(held[0].payload)), 1U);
    EXPECT_EQ(state(id).failed, 0);
    EXPECT_EQ(state(id).pending, 2);
    complete(held[1], id);
    EXPECT_FALSE(settle(id));
    const ReservedJob again = take_one();
    EXPECT_EQ(again.flags, flag_tracked | flag_batch);
    complete(again, id);
    EXPECT_TRUE(settle(id));
    EXPECT_THAT(fired(), testing::ElementsAre("then", "finally"));
}

TEST_F(Batch, AFailedMemberRetriedTooLateRunsByItself) {
    const std::string id = make(batch_of(1));
    const ReservedJob held = take_one();
    fail_member(held, id);
    EXPECT_TRUE(settle(id));
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, envelope_uuid(held.payload)), 1U);
    const ReservedJob again = take_one();
    EXPECT_EQ(again.flags, flag_tracked);
    EXPECT_EQ(parse_envelope(again.payload)->batch_id, "");
    EXPECT_EQ(state(id).failed, 1);
}

TEST_F(Batch, LaravelsOwnBatchesAreLeftAlone) {
    execute(
        "INSERT INTO job_batches (id, name, total_jobs, pending_jobs, failed_jobs, failed_job_ids,"
        " options, created_at) VALUES ('9a1b', 'theirs', 5, 4, 1, '[]', 'a:0:{}', 1)"
    );
    EXPECT_EQ(settle_batches(*pool, soon(), schema), 0U);
    EXPECT_FALSE(settle("9a1b"));
    EXPECT_EQ(state("9a1b").pending, 4);
    EXPECT_EQ(prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(0))), 0U);
    EXPECT_EQ(list_batches(*pool->acquire(soon()), schema, 10).size(), 1U);
}

} // namespace
} // namespace bgerp::queue
