// Q35: jobs that a limit holds back, out of their queue and into it again: what the tables say
// after each verb.
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/rules.hpp"
#include "tests/conformance/limits_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

TEST_F(Limits, parking_is_fenced_and_spends_no_attempt) {
    const std::string uuid = push(job());
    std::vector<ReservedJob> held = take(me);
    ReservedJob stolen = held.front();
    stolen.fence.owner = other;
    EXPECT_EQ(park({stolen}), 0U);
    EXPECT_EQ(count("job_blocked"), 0);
    EXPECT_EQ(park(held), 1U);
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(number("SELECT attempts FROM job_blocked"), 0);
    EXPECT_EQ(state_of(uuid), "available");
    EXPECT_EQ(watch(), 1);
    EXPECT_EQ(park(held), 0U) << "an outcome nobody knew: again changes nothing";

    const auto again = take_parked_jobs(1);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.front().key.id, held.front().key.id);
    EXPECT_EQ(again.front().fence.attempts, 1);
    EXPECT_EQ(again.front().payload, held.front().payload);
    EXPECT_EQ(
        count("jobs", "reserved_by >> 16 = 7 AND attempts = 1 AND reserved_at IS NOT NULL"),
        1
    );
    EXPECT_EQ(count("job_blocked"), 0);
    EXPECT_EQ(state_of(uuid), "running");
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&again.front(), uuid, "", ""}}), 0U);
    EXPECT_EQ(state_of(uuid), "completed");
}

TEST_F(Limits, parked_jobs_come_back_by_priority_and_in_their_order) {
    std::vector<NewJob> jobs(5, job());
    jobs[3].priority = -1;
    const auto uuids = push_many(jobs);
    EXPECT_EQ(park(take(me, 10)), 5U);
    const auto first = take_parked_jobs(3);
    EXPECT_TRUE(more_);
    EXPECT_EQ(watch(), 1);
    const auto rest = take_parked_jobs(3);
    EXPECT_FALSE(more_);
    EXPECT_EQ(watch(), 0);
    EXPECT_EQ(first.size(), 3U);
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(first[0].key.priority, -1);
    EXPECT_LT(first[1].key.id, first[2].key.id);
    EXPECT_LT(first[2].key.id, rest[0].key.id);
}

TEST_F(Limits, parked_jobs_of_other_queues_are_left) {
    NewJob slow = job();
    slow.queue = "slow";
    push(slow);
    push(job());
    std::vector<ReservedJob> held = take(me, 1, "slow");
    held.push_back(take(me).front());
    EXPECT_EQ(park(held), 2U);
    EXPECT_TRUE(take_parked_jobs(5, {{"fast"}, {}, {}}).empty());
    EXPECT_TRUE(more_);
    EXPECT_EQ(watch(), 1) << "somebody else's";
    EXPECT_EQ(take_parked_jobs(5, {{}, {"de"}, {"slow"}}).front().key.queue, "default");
    EXPECT_EQ(take_parked_jobs(5, {{"slow"}, {}, {}}).size(), 1U);
    EXPECT_FALSE(more_);
}

TEST_F(Limits, jobs_of_a_limit_that_is_gone_return_to_their_queues) {
    push_many(std::vector<NewJob>(3, job()));
    park(take(me, 10));
    EXPECT_THAT(
        unpark_key(*pool, soon(), schema, key_hash("some", "k")),
        testing::ElementsAre("default")
    );
    EXPECT_EQ(count("jobs", "reserved_at IS NULL AND reserved_by = 0 AND attempts = 0"), 3);
    EXPECT_EQ(count("job_blocked"), 0);
    EXPECT_EQ(watch(), 0);
    EXPECT_EQ(take(me, 10).size(), 3U);
}

TEST_F(Limits, people_find_parked_jobs) {
    const std::string uuid = push(job());
    const std::string second = push(job());
    park(take(me, 10));
    const auto session = direct->acquire(soon());
    const Json shown = value_or_throw(show_job(*session, QueueSchema::current(), uuid));
    EXPECT_EQ(shown["state"], "available");
    EXPECT_EQ(shown["blocked_by"], (Json{{"limit", "some"}, {"key", "k"}}));
    const auto stats = queue_stats(*session, QueueSchema::current());
    ASSERT_EQ(stats.size(), 1U);
    EXPECT_EQ(stats.front().blocked, 2);
    EXPECT_EQ(value_or_throw(cancel_job(*pool, soon(), schema, uuid)), "cancelled");
    EXPECT_EQ(state_of(uuid), "cancelled");
    EXPECT_EQ(count("job_blocked"), 1);
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 1U);
    EXPECT_EQ(state_of(second), "cancelled");
    EXPECT_EQ(count("job_blocked"), 0);
}

TEST_F(Limits, watched_keys_and_their_databases_are_found) {
    push(job());
    EXPECT_TRUE(databases_with_watched_keys(*pool, soon(), {name, "bgerp_no_such"}).empty());
    park(take(me));
    EXPECT_THAT(
        databases_with_watched_keys(*pool, soon(), {"bgerp_no_such", name}),
        testing::ElementsAre(name)
    );
    const auto keys = watched_keys(*pool->acquire(soon()), schema);
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys.front().limit_name, "some");
    EXPECT_EQ(keys.front().text, "k");
    EXPECT_TRUE(keys.front().parked);
}

} // namespace
} // namespace bgerp::queue
