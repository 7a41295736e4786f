// Q34 and Q49: jobs run in the caller's thread, through the worker's executor and without a worker;
// and what a module's tests use of it: the queue that records, and drain().
#include "tests/integration/worker/worker_fixture.hpp"
#include "tests/support/drain.hpp"
#include "tests/support/fake_queue.hpp"

#include <thread>

namespace bgerp::worker {
namespace {

class InlineRunnerTest : public WorkerFixture {
protected:
    InlineParts parts() {
        auto own = pool(tenant_);
        return {
            config_,
            handlers_,
            tenant_.org_id,
            tenant_.code.str(),
            tenant_.database,
            own,
            [own](const ServedTenant&) { return own; }};
    }

    static queue::NewJob of_kind(const std::string& kind) {
        queue::NewJob job;
        job.kind = kind;
        return job;
    }

    std::size_t drain() {
        return testing_support::drain(pool(tenant_), tenant_.database, handlers_, config_);
    }
};

TEST_F(InlineRunnerTest, Q34_AJobIsRunHereAndNow) {
    const auto here = std::this_thread::get_id();
    handle("where", [&](JobContext& context) -> Result<Json> {
        return Json{{"here", std::this_thread::get_id() == here}, {"org", context.org()}};
    });
    InlineRunner runner(parts());
    const std::string uuid = value_or_throw(runner.push_and_run(of_kind("where")));
    EXPECT_EQ(state(uuid), "completed");
    EXPECT_EQ(job(uuid)["output"], (Json{{"here", true}, {"org", "acme"}}));
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(InlineRunnerTest, Q34_AnotherTryWaitsForAWorker) {
    handle("flaky", [](JobContext&) -> Result<Json> {
        return fail(ErrorCode::unavailable, "not now");
    });
    InlineRunner runner(parts());
    const std::string uuid = value_or_throw(runner.push_and_run(of_kind("flaky")));
    EXPECT_EQ(state(uuid), "retryable");
    EXPECT_EQ(job(uuid)["attempts"], 1);
}

TEST_F(InlineRunnerTest, Q34_NoWorkerGetsHoldOfIt) {
    std::atomic<int> calls{0};
    handle("once", [&](JobContext&) -> Result<Json> {
        ++calls;
        return Json(calls.load());
    });
    Worker& worker = start_worker();
    InlineRunner runner(parts());
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(state(value_or_throw(runner.push_and_run(of_kind("once")))), "completed");
    }
    EXPECT_EQ(calls.load(), 20);
    EXPECT_EQ(worker.counters().completed.load(), 0U);
    EXPECT_EQ(runner.counters().completed.load(), 20U);
}

TEST_F(InlineRunnerTest, Q34_ADelayedJobCantBeRunAtOnce) {
    InlineRunner runner(parts());
    queue::NewJob later = of_kind("noop");
    later.delay = std::chrono::seconds(5);
    EXPECT_EQ(runner.push_and_run(later).error().code, ErrorCode::invalid_argument);
}

TEST_F(InlineRunnerTest, Q49_DrainRunsWhatThereIsAndWhatThatMakes) {
    handle("parent", [](JobContext& context) -> Result<Json> {
        mysql::run_transaction(
            context.pool(),
            context.deadline(),
            [](mysql::Transaction& transaction) {
                queue::NewJob child;
                child.kind = "child";
                child.queue = "nursery";
                value_or_throw(queue::enqueue(transaction, queue::QueueSchema::current(), child));
                return true;
            }
        );
        return Json();
    });
    handle("child", [](JobContext&) -> Result<Json> { return Json("born"); });
    push("parent");
    push("parent");
    EXPECT_EQ(drain(), 4U);
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_run WHERE state = 'completed'"), 4);
    EXPECT_EQ(drain(), 0U);
}

TEST_F(InlineRunnerTest, Q49_JobsWithoutEndAreNoticed) {
    handle("again", [](JobContext&) -> Result<Json> {
        return fail(ErrorCode::unavailable, "not yet");
    });
    queue::NewJob endless = of_kind("again");
    endless.max_tries = 0;
    endless.backoff_s = {0};
    push(tenant_, endless);
    InlineRunner runner(parts());
    EXPECT_THROW(runner.drain(10), Failure);
}

TEST_F(InlineRunnerTest, Q49_TheFakeQueueRecordsWhatWasCommitted) {
    const auto own = pool(tenant_);
    const auto admin = platform_.database().admin_pool(tenant_.database, 2);
    testing_support::FakeQueue recorded(*admin);
    mysql::run_transaction(*own, platform_.soon(), [](mysql::Transaction& transaction) {
        queue::NewJob lost;
        lost.kind = "lost";
        value_or_throw(queue::enqueue(transaction, queue::QueueSchema::current(), lost));
        return false;
    });
    EXPECT_TRUE(recorded.pushed().empty()) << "that transaction rolled back";
    push("noop", {{"n", 1}});
    queue::NewJob later = of_kind("noop");
    later.delay = std::chrono::seconds(60);
    later.queue = "slow";
    push(tenant_, later);
    push("bench_latency");
    ASSERT_EQ(recorded.pushed().size(), 3U);
    ASSERT_EQ(recorded.pushed("noop").size(), 2U);
    EXPECT_EQ(recorded.pushed("noop")[0].envelope.args, (Json{{"n", 1}}));
    EXPECT_EQ(recorded.pushed("noop")[1].delay_s, 60);
    EXPECT_EQ(recorded.the_only("bench_latency").queue, "default");
    EXPECT_THROW(static_cast<void>(recorded.the_only("noop")), Failure);
    EXPECT_EQ(drain(), 2U);
    recorded.pass_all_delays();
    EXPECT_EQ(drain(), 1U);
    push("noop");
    recorded.clear();
    EXPECT_TRUE(recorded.pushed().empty());
}

} // namespace
} // namespace bgerp::worker
