#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/probe.hpp"
#include "tenant_db/queue/prune.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

class Inspect : public QueueFixture {
protected:
    std::string cancel(const std::string& uuid) {
        const Result<std::string> result = cancel_job(*pool, soon(), schema, uuid);
        return result ? *result : std::string(error_code_name(result.error().code));
    }

    Json show(const std::string& uuid) {
        return value_or_throw(show_job(*pool->acquire(soon()), schema, uuid));
    }

    void fail_job(const ReservedJob& held) {
        value_or_throw(fail_if_mine(
            *pool,
            soon(),
            schema,
            {&held, envelope_uuid(held.payload), "", "boom", false}
        ));
    }

    std::string push_delayed() {
        NewJob later = job();
        later.delay = std::chrono::hours(1);
        return push(later);
    }
};

TEST_F(Inspect, CancelFromEveryState) {
    const std::string available = push(job());
    EXPECT_EQ(cancel(available), "cancelled");
    EXPECT_EQ(cancel(available), "conflict");
    EXPECT_EQ(count("jobs"), 0);

    const std::string scheduled = push_delayed();
    EXPECT_EQ(cancel(scheduled), "cancelled");
    EXPECT_EQ(count("job_delayed"), 0);

    const std::string running = push(job());
    const ReservedJob held = take_one();
    EXPECT_EQ(cancel(running), "running");
    EXPECT_EQ(cancel(running), "running");
    EXPECT_TRUE(show(running)["cancel_requested"].get<bool>());

    value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, running, held.payload, 60, "e"}));
    EXPECT_EQ(show(running)["state"], "retryable");
    EXPECT_EQ(cancel(running), "cancelled");

    const std::string completed = push(job());
    const ReservedJob done = take_one();
    complete_many_if_mine(*pool, soon(), schema, {{&done, completed, "", ""}});
    EXPECT_EQ(cancel(completed), "conflict");

    const std::string failed = push(job());
    fail_job(take_one());
    EXPECT_EQ(cancel(failed), "conflict");
    EXPECT_EQ(cancel(new_uuid()), "not_found");
    EXPECT_EQ(cancel("ünknown"), "not_found");
    EXPECT_EQ(count("jobs") + count("job_delayed"), 0);
}

TEST_F(Inspect, APromotedJobIsStillFoundByCancel) {
    const std::string uuid = push_delayed();
    push_many({job(), job(), job()}); // so that ids of the two tables differ
    make_due();
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 1U);
    EXPECT_EQ(cancel(uuid), "cancelled");
    EXPECT_EQ(count("jobs"), 3);
    EXPECT_EQ(count("job_run", "state = 'available'"), 3);
}

TEST_F(Inspect, AJobIsShownAsTheContractHasIt) {
    NewJob tagged = job("report_build");
    tagged.tags = {"a", "b"};
    tagged.priority = -7;
    const std::string uuid = push(tagged);
    const Json shown = show(uuid);
    EXPECT_EQ(shown["uuid"], uuid);
    EXPECT_EQ(shown["kind"], "report_build");
    EXPECT_EQ(shown["queue"], "default");
    EXPECT_EQ(shown["priority"], -7);
    EXPECT_EQ(shown["state"], "available");
    EXPECT_EQ(shown["attempts"], 0);
    EXPECT_EQ(shown["tags"], Json({"a", "b"}));
    EXPECT_TRUE(shown["output"].is_null());
    EXPECT_TRUE(shown["error"].is_null());
    EXPECT_THAT(
        shown["created_at"].get<std::string>(),
        testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
    );
    EXPECT_FALSE(show_job(*pool->acquire(soon()), schema, new_uuid()).has_value());
    EXPECT_FALSE(show_job(*pool->acquire(soon()), schema, "x' OR '1'='1").has_value());
}

TEST_F(Inspect, AnUntrackedJobIsShownOnceItFailed) {
    NewJob untracked = job();
    untracked.tracked = false;
    const std::string uuid = push(untracked);
    EXPECT_FALSE(show_job(*pool->acquire(soon()), schema, uuid).has_value());
    fail_job(take_one());
    EXPECT_EQ(show(uuid)["state"], "failed");
    EXPECT_EQ(show(uuid)["error"], "boom");
}

TEST_F(Inspect, JobsAreListedNewestFirstByStateKindAndQueue) {
    std::vector<NewJob> jobs(6, job());
    jobs[1].kind = "other";
    jobs[2].queue = "slow";
    jobs[3].delay = std::chrono::hours(1);
    const std::vector<std::string> uuids = push_many(jobs);
    for (std::size_t i = 0; i < uuids.size(); ++i) {
        execute("UPDATE job_run SET created_at = ? WHERE uuid = ?", {1000 + i, uuids[i]});
    }
    const auto listed = [&](const JobFilter& filter) {
        std::vector<std::size_t> found;
        for (const Json& one : list_jobs(*pool->acquire(soon()), schema, filter)) {
            const auto at = std::find(uuids.begin(), uuids.end(), one["uuid"]);
            found.push_back(static_cast<std::size_t>(at - uuids.begin()));
        }
        return found;
    };
    EXPECT_THAT(listed({}), testing::ElementsAre(5, 4, 3, 2, 1, 0));
    EXPECT_THAT(listed({"", "", "", "", 2}), testing::ElementsAre(5, 4));
    EXPECT_THAT(listed({"scheduled", "", "", "", 9}), testing::ElementsAre(3));
    EXPECT_THAT(listed({"", "other", "", "", 9}), testing::ElementsAre(1));
    EXPECT_THAT(listed({"available", "noop", "slow", "", 9}), testing::ElementsAre(2));
    EXPECT_THAT(listed({"no such state", "", "", "", 9}), testing::IsEmpty());
}

TEST_F(Inspect, StatisticsCountEveryQueue) {
    push_many({job(), job(), job()});
    push_delayed();
    NewJob slow = job();
    slow.queue = "slow";
    push(slow);
    take_one();
    execute("UPDATE jobs SET available_at = available_at - 30 WHERE queue = 'slow'");
    const std::vector<QueueStats> stats = queue_stats(*pool->acquire(soon()), schema);
    ASSERT_EQ(stats.size(), 2U);
    EXPECT_EQ(stats[0].queue, "default");
    EXPECT_EQ(stats[0].available, 2);
    EXPECT_EQ(stats[0].running, 1);
    EXPECT_EQ(stats[0].scheduled, 1);
    EXPECT_EQ(stats[1].available, 1);
    EXPECT_GE(stats[1].oldest_wait_s, 30);
}

TEST_F(Inspect, ClearingLeavesRunningJobsAndOtherQueues) {
    push_many({job(), job(), job()});
    push_delayed();
    NewJob slow = job();
    slow.queue = "slow";
    push(slow);
    take_one();
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 3U);
    EXPECT_EQ(count("jobs", "queue = 'default' AND reserved_at IS NOT NULL"), 1);
    EXPECT_EQ(count("jobs"), 2);
    EXPECT_EQ(count("job_run", "state = 'cancelled'"), 3);
}

TEST_F(Inspect, FailedJobsAreListedRetriedForgottenAndFlushed) {
    std::vector<std::string> uuids = push_many(std::vector<NewJob>(5, job("import")));
    for (const ReservedJob& held : take(me, 5)) {
        fail_job(held);
    }
    const auto listed = list_failed(*pool->acquire(soon()), schema, 2, 1);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0]["uuid"], uuids[3]);
    EXPECT_EQ(listed[0]["kind"], "import");
    EXPECT_EQ(listed[0]["error"], "boom");

    EXPECT_EQ(*retry_failed(*pool, soon(), schema, uuids[0]), 1U);
    EXPECT_EQ(show(uuids[0])["state"], "available");
    EXPECT_EQ(show(uuids[0])["attempts"], 0);
    EXPECT_EQ(retry_failed(*pool, soon(), schema, uuids[0]).error().code, ErrorCode::not_found);
    EXPECT_EQ(take_one().fence.attempts, 1);

    EXPECT_TRUE(forget_failed(*pool, soon(), schema, uuids[1]).has_value());
    EXPECT_FALSE(forget_failed(*pool, soon(), schema, uuids[1]).has_value());
    execute(
        "UPDATE failed_jobs SET failed_at = NOW() - INTERVAL 3 HOUR WHERE uuid = ?",
        {uuids[2]}
    );
    EXPECT_EQ(flush_failed(*pool, soon(), schema, std::chrono::hours(2)), 1U);
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, ""), 2U);
    EXPECT_EQ(flush_failed(*pool, soon(), schema, std::chrono::hours(0)), 0U);
    EXPECT_EQ(count("jobs"), 3);
}

TEST_F(Inspect, ManyFailedJobsAreRetriedInSteps) {
    push_many(std::vector<NewJob>(250, job()));
    for (const ReservedJob& held : take(me, 250)) {
        fail_job(held);
    }
    execute("INSERT INTO failed_jobs (uuid, connection, queue, payload, exception)"
            " VALUES ('theirs', 'redis', 'default', '{}', 'e')");
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, ""), 250U);
    EXPECT_EQ(count("jobs"), 250);
    EXPECT_EQ(count("job_run", "state = 'available'"), 250);
    EXPECT_EQ(flush_failed(*pool, soon(), schema, std::chrono::hours(0)), 1U);
}

TEST_F(Inspect, PruningTakesWhatEndedLongAgo) {
    push_many(std::vector<NewJob>(1203, job()));
    std::vector<ReservedJob> held = take(me, 1000);
    const std::vector<ReservedJob> rest = take(me, 1000);
    held.insert(held.end(), rest.begin(), rest.end());
    std::vector<Completion> completions;
    for (std::size_t i = 1; i < held.size(); ++i) {
        completions.push_back({&held[i], "", "", ""});
    }
    complete_many_if_mine(*pool, soon(), schema, completions);
    EXPECT_EQ(prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(1))), 0U);
    execute("UPDATE job_run SET created_at = created_at - 7200, finished_at = finished_at - 7200"
            " WHERE finished_at > 0");
    EXPECT_EQ(prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(1))), 1202U);
    EXPECT_EQ(count("job_run"), 1); // still running
}

TEST_F(Inspect, TheProbeFindsWorkAndSkipsWhatIsGone) {
    const std::string second = database.create_database("_b");
    const std::string third = database.create_database("_c");
    for (const std::string& other_name : {second, third}) {
        for (const char* table : {"jobs", "job_delayed"}) {
            execute(
                std::string("CREATE TABLE `") + other_name + "`." + table + " LIKE `" + name +
                "`." + table
            );
        }
    }
    const auto probe = [&] {
        std::vector<std::string> found;
        for (const WorkFound& work :
             probe_for_work(*pool, soon(), {name, "bgerp_no_such", second, third})) {
            found.push_back(work.database + (work.jobs ? "+jobs" : "") + (work.due ? "+due" : ""));
        }
        return found;
    };
    const auto queues = [&] {
        return queues_with_work(*pool, soon(), {name}, LeaseRules()).front();
    };
    EXPECT_THAT(probe(), testing::IsEmpty());
    push(job());
    execute(
        "INSERT INTO `" + third +
        "`.job_delayed (queue, payload, available_at, created_at)"
        " VALUES ('default', '{}', UNIX_TIMESTAMP() - 1, 0)"
    );
    execute(
        "INSERT INTO `" + second +
        "`.job_delayed (queue, payload, available_at, created_at)"
        " VALUES ('default', '{}', UNIX_TIMESTAMP() + 60, 0)"
    );
    EXPECT_THAT(probe(), testing::ElementsAre(name + "+jobs", third + "+due"));
    take_one();
    EXPECT_THAT(queues(), testing::IsEmpty());
    age_leases(20);
    EXPECT_THAT(queues(), testing::ElementsAre("default"));
}

TEST_F(Inspect, QueuesWithWorkAreNamed) {
    for (const char* queue : {"b", "a", "held", "later", "a"}) {
        NewJob one = job();
        one.queue = queue;
        push(one);
    }
    take(me, 1, "held");
    execute("UPDATE jobs SET available_at = UNIX_TIMESTAMP() + 60 WHERE queue = 'later'");
    EXPECT_THAT(
        queues_with_work(*pool, soon(), {name, "bgerp_no_such"}, LeaseRules()),
        testing::ElementsAre(testing::ElementsAre("a", "b"), testing::IsEmpty())
    );
}

} // namespace
} // namespace bgerp::queue
