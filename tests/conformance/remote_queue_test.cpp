// Q42: queues of remote workers: sweeps and our own workers step over them whatever their backlog;
// and the verbs that were made for other holders than our worker.
#include "tenant_db/queue/probe.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

class RemoteQueue : public QueueFixture {
protected:
    std::string push_to(const std::string& queue) {
        NewJob fresh = job();
        fresh.queue = queue;
        return push(fresh);
    }

    [[nodiscard]] bool seen() {
        return !queues_with_work(*pool, soon(), {name}, LeaseRules()).front().empty();
    }

    /// Rows that the only connection of `one` has read so far; the question's own are left out.
    [[nodiscard]] std::int64_t rows_read() {
        std::int64_t sum = 0;
        one->acquire(soon())->query(
            "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_first',"
            " 'Handler_read_key', 'Handler_read_next', 'Handler_read_prev')",
            {},
            [&](const mysql::Row& row) { sum += row.i64(1); }
        );
        return sum;
    }

    std::unique_ptr<mysql::Pool> one = database.admin_pool("", 1);
};

TEST_F(RemoteQueue, Q42_ASweepDoesNotSeeThem) {
    push_to("remote.paint");
    push_to("remote.");
    EXPECT_FALSE(seen());
    for (const char* const ours : {"a", "remote", "remote/", "remotf", "z"}) {
        const std::string uuid = push_to(ours);
        EXPECT_TRUE(seen()) << ours;
        EXPECT_THAT(
            queues_with_work(*pool, soon(), {name}, LeaseRules()).front(),
            testing::ElementsAre(ours)
        );
        execute("DELETE FROM jobs WHERE queue = ?", {ours});
    }
}

TEST_F(RemoteQueue, Q42_TheirBacklogCostsASweepNothing) {
    std::vector<NewJob> many(2000, job());
    for (std::size_t i = 0; i < many.size(); ++i) {
        many[i].queue = "remote." + std::to_string(i % 50);
        many[i].tracked = false;
    }
    push_many(many);
    push_to("zebra");
    const std::int64_t before = rows_read();
    EXPECT_FALSE(probe_for_work(*one, soon(), {name}).empty());
    EXPECT_EQ(queues_with_work(*one, soon(), {name}, LeaseRules()).front().size(), 1U);
    EXPECT_LT(rows_read() - before, 30);
}

TEST_F(RemoteQueue, Q42_AJobIsMovedToItsQueueWithoutTheAttempt) {
    const std::string uuid = push_to("default");
    const ReservedJob held = take_one(me);
    value_or_throw(move_if_mine(*pool, soon(), schema, held, "remote.noop"));
    EXPECT_TRUE(take(me).empty());
    EXPECT_EQ(text("SELECT queue FROM job_run WHERE uuid = ?", {uuid}), "remote.noop");
    EXPECT_EQ(number("SELECT attempts FROM job_run WHERE uuid = ?", {uuid}), 0);
    EXPECT_EQ(state_of(uuid), "available");
    EXPECT_EQ(move_if_mine(*pool, soon(), schema, held, "x").error().code, ErrorCode::lease_lost);
    const auto moved = take(other, 1, "remote.noop");
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].fence.attempts, 1);
    EXPECT_EQ(moved[0].payload, held.payload);
    EXPECT_EQ(number("SELECT job_id FROM job_run WHERE uuid = ?", {uuid}), moved[0].key.id);
}

TEST_F(RemoteQueue, Q34_OneJobIsReservedByWhoMadeIt) {
    std::string uuid;
    const auto reserve_it = [&](mysql::Transaction& t) -> Result<ReservedJob> {
        uuid = value_or_throw(enqueue(t, schema, job()));
        return reserve_one(t, schema, uuid, me);
    };
    const ReservedJob held = value_or_throw(mysql::with_transaction(*pool, soon(), reserve_it));
    EXPECT_TRUE(take(other).empty()) << "nobody ever saw it waiting";
    EXPECT_EQ(state_of(uuid), "running");
    EXPECT_EQ(held.fence.attempts, 1);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, uuid, "", "1"}}), 0U);
    EXPECT_EQ(state_of(uuid), "completed");
}

TEST_F(RemoteQueue, Q34_OnlyAWaitingJobIsReservedSo) {
    const auto code_of = [&](const std::string& uuid) {
        const auto reserved = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return reserve_one(t, schema, uuid, me);
        });
        return reserved ? ErrorCode::internal : reserved.error().code;
    };
    const std::string running = push(job());
    take_one(other);
    EXPECT_EQ(code_of(running), ErrorCode::conflict);
    NewJob later = job();
    later.delay = std::chrono::seconds(60);
    EXPECT_EQ(code_of(push(later)), ErrorCode::conflict);
    EXPECT_EQ(code_of("no uuid"), ErrorCode::not_found);
}

} // namespace
} // namespace bgerp::queue
