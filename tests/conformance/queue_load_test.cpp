// Q46: what waits, read without reading all of it.
#include "tenant_db/queue/queue_load.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

class Load : public QueueFixture {
protected:
    void push_to(const std::string& queue, std::int64_t priority, std::int64_t age_s) {
        NewJob one = job();
        one.queue = queue;
        one.priority = priority;
        push(one);
        execute(
            "UPDATE jobs SET available_at = available_at - ? ORDER BY id DESC LIMIT 1",
            {age_s}
        );
    }

    std::vector<QueueLoad> loads(std::int64_t count_max) {
        return queue_loads(*pool->acquire(soon()), schema, count_max);
    }
};

TEST_F(Load, Q46_TheLongestWaitOfAllPrioritiesIsSeen) {
    push_to("mail", -5, 10);
    push_to("mail", 7, 300);
    push_to("mail", 7, 20);
    push_to("slow", 0, 1000);
    push_to("taken", 0, 1000);
    take(me, 1, "taken");
    push_to("later", 0, -60);
    const auto found = loads(0);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].queue, "mail");
    EXPECT_GE(found[0].oldest_wait_s, 300);
    EXPECT_LT(found[0].oldest_wait_s, 360);
    EXPECT_EQ(found[0].waiting, 0) << "not asked for";
    EXPECT_GE(found[1].oldest_wait_s, 1000);
}

TEST_F(Load, Q46_RunningJobsInFrontAreSteppedOver) {
    push_to("default", 0, 500);
    push_to("default", 0, 100);
    take(me, 1);
    const auto found = loads(10);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GE(found[0].oldest_wait_s, 100);
    EXPECT_LT(found[0].oldest_wait_s, 160);
    EXPECT_EQ(found[0].waiting, 1);
}

TEST_F(Load, Q46_CountingEndsAtTheLimit) {
    push_many(std::vector<NewJob>(30, job()));
    EXPECT_EQ(loads(100).at(0).waiting, 30);
    EXPECT_EQ(loads(11).at(0).waiting, 11);
}

TEST_F(Load, Q46_OnlyDatabasesWithSomethingToSeeAreLookedAt) {
    const auto found = [&] {
        return databases_with_load(*pool, soon(), {"bgerp_no_such", name}, std::chrono::minutes(5));
    };
    EXPECT_THAT(found(), testing::IsEmpty());
    push(job());
    EXPECT_THAT(found(), testing::ElementsAre(name));
    execute("DELETE FROM jobs");
    execute(
        "INSERT INTO job_stat (minute, queue, kind) VALUES (UNIX_TIMESTAMP() DIV 60 - 7, 'a', '')"
    );
    EXPECT_THAT(found(), testing::IsEmpty());
    execute("UPDATE job_stat SET minute = minute + 4");
    EXPECT_THAT(found(), testing::ElementsAre(name));
}

} // namespace
} // namespace bgerp::queue
