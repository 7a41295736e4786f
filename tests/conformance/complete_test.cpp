#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

namespace bgerp::queue {
namespace {

class Complete : public QueueFixture {
protected:
    std::size_t lost(const ReservedJob& reserved, const std::string& output = "") {
        return complete_many_if_mine(*pool, soon(), schema, {{&reserved, "", "", output}});
    }
};

TEST_F(Complete, ATrackedJobEndsWithItsOutput) {
    const std::string uuid = push(job());
    EXPECT_EQ(lost(take_one(), R"({"rows":3})"), 0U);
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(state_of(uuid), "completed");
    EXPECT_EQ(text("SELECT output FROM job_run"), R"({"rows":3})");
    EXPECT_EQ(count("job_run", "progress = 100 AND finished_at >= started_at"), 1);
}

TEST_F(Complete, ManyAtOnceOfManyGroups) {
    std::vector<NewJob> jobs(2500, job());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].priority = static_cast<std::int64_t>(i % 3);
        jobs[i].tracked = i % 5 == 0;
    }
    push_many(jobs);
    execute("UPDATE jobs SET attempts = id % 2");
    std::vector<ReservedJob> reserved;
    for (auto some = take(me, 1000); !some.empty(); some = take(me, 1000)) {
        reserved.insert(reserved.end(), some.begin(), some.end());
    }
    ASSERT_EQ(reserved.size(), 2500U);
    std::vector<Completion> completions;
    for (const ReservedJob& one : reserved) {
        completions.push_back({&one, "", "", ""});
    }
    // One of each kind was lost on the way: an untracked and a tracked one.
    execute("UPDATE jobs SET reserved_by = 8 WHERE id IN (SELECT * FROM (SELECT MIN(id) FROM jobs"
            " GROUP BY flags) AS x)");
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, completions), 2U);
    EXPECT_EQ(count("jobs"), 2);
    EXPECT_EQ(count("job_run", "state = 'completed'"), 499);
    EXPECT_EQ(count("job_run", "state = 'running'"), 1);
}

// A run of consecutive ids is deleted as a range; what is in the range but wasn't named stays.
TEST_F(Complete, OnlyTheJobsNamed) {
    NewJob untracked = job();
    untracked.tracked = false;
    push_many(std::vector<NewJob>(6, untracked));
    const std::vector<ReservedJob> held = take(me, 6);
    ASSERT_EQ(held[5].key.id - held[0].key.id, 5U);
    const auto complete = [&](const std::vector<std::size_t>& indexes) {
        std::vector<Completion> completions;
        for (const std::size_t index : indexes) {
            completions.push_back({&held[index], "", "", ""});
        }
        return complete_many_if_mine(*pool, soon(), schema, completions);
    };
    EXPECT_EQ(complete({2, 0, 0}), 1U); // the same twice: gone the second time
    EXPECT_EQ(count("jobs"), 4);
    EXPECT_EQ(complete({5, 3, 4}), 0U);
    EXPECT_EQ(number("SELECT id FROM jobs"), static_cast<std::int64_t>(held[1].key.id));
}

TEST_F(Complete, WhoLostTheLeaseChangesNothing) {
    const std::string uuid = push(job());
    const ReservedJob stale = take_one(me);
    EXPECT_EQ(stale.fence.attempts, 1);
    age_leases(20);
    const ReservedJob fresh = take_one(other);
    EXPECT_EQ(lost(stale), 1U);
    EXPECT_EQ(count("jobs", "reserved_by >> 16 = 8"), 1);
    EXPECT_EQ(state_of(uuid), "running");
    EXPECT_EQ(lost(fresh), 0U);
    EXPECT_EQ(lost(fresh), 1U); // gone
}

TEST_F(Complete, TheSameOwnersEarlierHoldIsStaleToo) {
    push(job());
    const ReservedJob first = take_one(me);
    age_leases(20);
    const ReservedJob second = take_one(me);
    EXPECT_EQ(lost(first), 1U);
    EXPECT_EQ(lost(second), 0U);
}

TEST_F(Complete, TheHandlersWritesAndTheEndCommitTogether) {
    execute("CREATE TABLE effect (n INT)");
    push(job());
    const ReservedJob reserved = take_one();
    const auto run = [&] {
        return mysql::with_transaction(*direct, soon(), [&](mysql::Transaction& t) {
            t.execute("INSERT INTO effect VALUES (1)");
            return complete_if_mine(t, QueueSchema::current(), {&reserved, "", "", "{}"});
        });
    };
    EXPECT_TRUE(run().has_value());
    EXPECT_EQ(count("effect"), 1);
    EXPECT_EQ(count("jobs"), 0);
    const Result<void> again = run();
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::lease_lost);
    EXPECT_EQ(count("effect"), 1); // rolled back with the fence
}

} // namespace
} // namespace bgerp::queue
