// The worker in this process against a real database: every way a job can end, and what must never
// happen.
#include "core_db/worker_registry.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <atomic>

namespace bgerp::worker {
namespace {

class WorkerTest : public WorkerFixture {
protected:
    ~WorkerTest() override { stop_workers(); } // before the members below go

    [[nodiscard]] std::size_t live_workers() {
        const auto connection = platform_.core().pool().acquire(platform_.soon());
        return core_db::list_workers(*connection, std::chrono::seconds(15)).size();
    }

    std::atomic<int> calls_{0};
    std::atomic<int> big_done_{0};
    std::atomic<bool> running_{false};
    std::atomic<bool> go_{false};
};

TEST_F(WorkerTest, runs_jobs_of_all_tenants_and_keeps_their_output) {
    const Tenant other = platform_.create_tenant("globex", {"hr"});
    handle("echo", [](JobContext& context) -> Result<Json> {
        return Json{{"org", context.org()}, {"args", context.args()}};
    });
    queue::NewJob echo;
    echo.kind = "echo";
    echo.args = {{"n", 7}};
    const auto here = push(tenant_, echo);
    const auto there = push(other, echo);
    start_worker();
    ASSERT_TRUE(becomes(here, "completed"));
    EXPECT_EQ(job(here).at("output"), (Json{{"org", "acme"}, {"args", {{"n", 7}}}}));
    ASSERT_TRUE(eventually([&] { return job(other, there).at("state") == "completed"; }));
    EXPECT_EQ(job(other, there).at("output").at("org"), "globex");
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(WorkerTest, what_nobody_can_run_goes_to_failed_jobs_and_the_worker_goes_on) {
    const auto admin = platform_.database().admin_pool(tenant_.database, 1);
    for (const char* const payload : {"", "{", "[]", "{\"job\":5}", "junk", "{\"data\":1}"}) {
        admin->acquire(platform_.soon())
            ->execute(
                "INSERT INTO jobs (queue, payload, attempts, available_at, created_at)"
                " VALUES ('default', ?, 0, UNIX_TIMESTAMP(), UNIX_TIMESTAMP())",
                {payload}
            );
    }
    const auto unknown = push("no_such_kind");
    start_worker();
    const auto good = push("noop");
    ASSERT_TRUE(becomes(good, "completed"));
    ASSERT_TRUE(becomes(unknown, "failed"));
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM failed_jobs") == 7; }));
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(WorkerTest, a_failing_job_is_tried_as_often_as_it_may_and_then_fails) {
    handle("flaky", [&](JobContext&) -> Result<Json> {
        ++calls_;
        throw std::runtime_error("secret detail");
    });
    queue::NewJob flaky;
    flaky.kind = "flaky";
    flaky.max_tries = 3;
    flaky.backoff_s = {0};
    const auto uuid = push(tenant_, flaky);
    start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    EXPECT_EQ(calls_.load(), 3);
    EXPECT_EQ(job(uuid).dump().find("secret"), std::string::npos)
        << "exceptions' texts are the log's";
    EXPECT_EQ(number("SELECT COUNT(*) FROM failed_jobs"), 1);
}

TEST_F(WorkerTest, what_another_try_cant_mend_is_tried_once) {
    handle("refused", [&](JobContext&) -> Result<Json> {
        ++calls_;
        return fail(ErrorCode::invalid_argument, "no such month", "period");
    });
    const auto uuid = push("refused");
    start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    EXPECT_EQ(calls_.load(), 1);
    EXPECT_NE(job(uuid).dump().find("no such month"), std::string::npos);
}

TEST_F(WorkerTest, a_retry_waits_for_its_backoff_and_keeps_its_tenant) {
    handle("second_time_lucky", [&](JobContext& context) -> Result<Json> {
        if (++calls_ == 1) {
            return fail(ErrorCode::unavailable, "not now");
        }
        return Json{{"org", context.org()}, {"attempt", context.attempt()}};
    });
    queue::NewJob lucky;
    lucky.kind = "second_time_lucky";
    lucky.backoff_s = {1};
    const auto uuid = push(tenant_, lucky);
    start_worker();
    ASSERT_TRUE(becomes(uuid, "completed"));
    EXPECT_EQ(job(uuid).at("output"), (Json{{"org", "acme"}, {"attempt", 2}}));
}

TEST_F(WorkerTest, a_transactional_handlers_effect_happens_with_the_jobs_end) {
    platform_.database()
        .admin_pool(tenant_.database, 1)
        ->acquire(platform_.soon())
        ->execute("CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, job CHAR(36))");
    handle("book", [](JobContext& context) -> Result<Json> {
        const Json output{{"booked", true}};
        const auto done = mysql::with_transaction(
            context.pool(),
            context.deadline(),
            [&](mysql::Transaction& transaction) {
                transaction.execute(
                    "INSERT INTO ledger (job) VALUES (?)",
                    {context.envelope().uuid}
                );
                return context.complete(transaction, output);
            }
        );
        if (!done) {
            return tl::unexpected<Error>(done.error());
        }
        return output;
    });
    std::vector<std::string> uuids;
    for (int i = 0; i < 50; ++i) {
        uuids.push_back(push("book"));
    }
    start_worker();
    start_worker();
    for (const std::string& uuid : uuids) {
        ASSERT_TRUE(becomes(uuid, "completed"));
    }
    EXPECT_EQ(job(uuids.front()).at("output"), (Json{{"booked", true}}));
    EXPECT_EQ(number("SELECT COUNT(*) FROM ledger"), 50);
    EXPECT_EQ(number("SELECT COUNT(DISTINCT job) FROM ledger"), 50);
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
}

TEST_F(WorkerTest, a_job_longer_than_the_lease_is_run_once) {
    const auto until = [this] { return number("SELECT UNIX_TIMESTAMP()"); };
    handle("long", [&](JobContext& context) -> Result<Json> {
        ++calls_;
        const auto begun = until();
        const bool time_passed = eventually([&] {
            return context.stop_requested() || until() >= begun + 3 * config_.queue.lease_s;
        });
        EXPECT_TRUE(time_passed);
        return context.stop_requested() ? Result<Json>(fail(ErrorCode::cancelled, "stopped"))
                                        : Result<Json>(Json());
    });
    const auto uuid = push("long");
    start_worker();
    start_worker();
    ASSERT_TRUE(becomes(uuid, "completed"));
    EXPECT_EQ(calls_.load(), 1);
}

TEST_F(WorkerTest, cancelling_reaches_a_running_handler) {
    handle("patient", [&](JobContext& context) -> Result<Json> {
        running_ = true;
        EXPECT_TRUE(eventually([&] { return context.stop_requested(); }));
        EXPECT_EQ(context.stop_reason(), StopReason::cancelled);
        return fail(ErrorCode::cancelled, "stopped");
    });
    const auto uuid = push("patient");
    start_worker();
    ASSERT_TRUE(eventually([&] { return running_.load(); }));
    const auto now =
        queue::cancel_job(*pool(tenant_), platform_.soon(), queue::QueueSchema::current(), uuid);
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_EQ(*now, "running");
    ASSERT_TRUE(becomes(uuid, "cancelled"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM failed_jobs"), 0);
}

TEST_F(WorkerTest, a_handler_runs_out_of_time) {
    handle("slow", [](JobContext& context) -> Result<Json> {
        EXPECT_TRUE(eventually([&] { return context.stop_requested(); }));
        EXPECT_EQ(context.stop_reason(), StopReason::timeout);
        return fail(ErrorCode::cancelled, "stopped");
    });
    queue::NewJob slow;
    slow.kind = "slow";
    slow.timeout_s = 1;
    slow.max_tries = 1;
    const auto uuid = push(tenant_, slow);
    start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    EXPECT_NE(job(uuid).dump().find("timeout"), std::string::npos);
}

TEST_F(WorkerTest, delayed_jobs_run_when_their_time_comes) {
    queue::NewJob later;
    later.kind = "noop";
    later.delay = std::chrono::seconds(1);
    const auto uuid = push(tenant_, later);
    EXPECT_EQ(state(uuid), "scheduled");
    start_worker();
    EXPECT_TRUE(becomes(uuid, "completed"));
}

TEST_F(WorkerTest, tenants_come_and_go_without_a_restart) {
    start_worker();
    const Tenant late = platform_.create_tenant("latecomer", {"hr"});
    queue::NewJob noop;
    noop.kind = "noop";
    const auto first = push(late, noop);
    ASSERT_TRUE(eventually([&] { return job(late, first).at("state") == "completed"; }));

    value_or_throw(platform_.provisioning().suspend(late.code, platform_.soon()));
    // The directory's cache is two seconds old at most: jobs of others show when that is over.
    const auto seconds = [this] { return number("SELECT UNIX_TIMESTAMP()"); };
    const auto suspended_at = seconds();
    ASSERT_TRUE(eventually([&] { return seconds() > suspended_at + 4; }));
    const auto admin = platform_.database().admin_pool(late.database, 1);
    const auto second =
        mysql::with_transaction(*admin, platform_.soon(), [&](mysql::Transaction& transaction) {
            return value_or_throw(queue::enqueue(transaction, queue::QueueSchema::current(), noop));
        });
    const auto proof = push("noop");
    ASSERT_TRUE(becomes(proof, "completed"));
    EXPECT_EQ(number(late, "SELECT COUNT(*) FROM jobs WHERE reserved_at IS NULL"), 1);

    value_or_throw(platform_.provisioning().resume(late.code, platform_.soon()));
    ASSERT_TRUE(eventually([&] { return number(late, "SELECT COUNT(*) FROM jobs") == 0; }));
}

TEST_F(WorkerTest, a_ring_of_the_doorbell_beats_the_sweep) {
    config_.worker.sweep_ms = 60000;
    start_worker();
    ASSERT_TRUE(eventually([&] { return live_workers() == 1; }));
    Doorbell doorbell(platform_.core().pool());
    const auto uuid = push("noop");
    // The first sweep may still be under way; a second ring is harmless.
    EXPECT_TRUE(eventually(
        [&] {
            doorbell.ring("acme");
            return state(uuid) == "completed";
        },
        std::chrono::seconds(30)
    ));
}

// Q32
TEST_F(WorkerTest, stopping_lets_a_running_job_finish) {
    handle("work", [&](JobContext& context) -> Result<Json> {
        running_ = true;
        EXPECT_TRUE(eventually([&] { return go_.load(); }));
        EXPECT_FALSE(context.stop_requested());
        return Json("done");
    });
    const auto uuid = push("work");
    Worker& worker = start_worker();
    ASSERT_TRUE(eventually([&] { return running_.load() && live_workers() == 1; }));
    std::thread stopping([&] { worker.stop(); });
    EXPECT_TRUE(eventually([&] { return live_workers() == 0; })) << "it looks for work no more";
    const auto late = push("noop");
    go_ = true;
    stopping.join();
    EXPECT_EQ(state(uuid), "completed");
    EXPECT_FALSE(worker.stuck());
    EXPECT_EQ(state(late), "available");
}

// Q32
TEST_F(WorkerTest, what_doesnt_finish_in_the_grace_time_is_given_back_without_an_attempt_spent) {
    config_.worker.shutdown_grace_s = 0;
    handle("endless", [&](JobContext& context) -> Result<Json> {
        running_ = true;
        EXPECT_TRUE(eventually([&] { return context.stop_requested(); }));
        return fail(ErrorCode::cancelled, "stopped");
    });
    const auto uuid = push("endless");
    Worker& worker = start_worker();
    ASSERT_TRUE(eventually([&] { return running_.load(); }));
    worker.stop();
    EXPECT_EQ(state(uuid), "available");
    EXPECT_EQ(number("SELECT attempts FROM jobs WHERE reserved_at IS NULL"), 0);
    EXPECT_EQ(worker.in_hand(), 0U);
}

TEST_F(WorkerTest, stops_when_all_is_done_or_enough_is) {
    for (int i = 0; i < 20; ++i) {
        push("noop");
    }
    WorkerOptions few;
    few.jobs_max = 5;
    Worker& first = start_worker(few);
    ASSERT_TRUE(eventually([&] { return first.finished(); }));
    first.stop();
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 15);
    WorkerOptions all;
    all.stop_when_empty = true;
    Worker& second = start_worker(all);
    ASSERT_TRUE(eventually([&] { return second.finished(); }));
    second.stop();
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
    EXPECT_EQ(second.counters().completed.load(), 15U);
}

TEST_F(WorkerTest, serves_the_selected_queues_alone) {
    config_.worker.queues = {"mine"};
    queue::NewJob job;
    job.kind = "noop";
    const auto other = push(tenant_, job);
    job.queue = "mine";
    const auto mine = push(tenant_, job);
    WorkerOptions options;
    options.stop_when_empty = true;
    Worker& worker = start_worker(options);
    ASSERT_TRUE(eventually([&] { return worker.finished(); }));
    EXPECT_EQ(state(mine), "completed");
    EXPECT_EQ(state(other), "available");
}

TEST_F(WorkerTest, a_paused_queue_waits_until_it_is_resumed) {
    const auto schema = queue::QueueSchema::current();
    value_or_throw(queue::pause(
        *pool(tenant_)->acquire(platform_.soon()),
        schema,
        {queue::PauseScope::queue, "held"},
        {}
    ));
    queue::NewJob noop;
    noop.kind = "noop";
    noop.queue = "held";
    const auto held = push(tenant_, noop);
    start_worker();
    const auto other = push("noop");
    ASSERT_TRUE(becomes(other, "completed"));
    const auto proof = push("noop"); // another sweep at least
    ASSERT_TRUE(becomes(proof, "completed"));
    EXPECT_EQ(state(held), "available");
    EXPECT_EQ(
        queue::paused_queues(*pool(tenant_)->acquire(platform_.soon()), schema),
        std::vector<std::string>{"held"}
    );
    queue::resume(
        *pool(tenant_)->acquire(platform_.soon()),
        schema,
        {queue::PauseScope::queue, "held"}
    );
    EXPECT_TRUE(becomes(held, "completed"));
}

TEST_F(WorkerTest, a_small_tenant_doesnt_wait_for_a_big_ones_backlog) {
    config_.worker.concurrency = 2;
    const Tenant small = platform_.create_tenant("small", {"hr"});
    handle("step", [&](JobContext& context) -> Result<Json> {
        if (context.org() == "acme") {
            const auto begun = std::chrono::steady_clock::now();
            EXPECT_TRUE(eventually([&] {
                return std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(20);
            }));
            ++big_done_;
        }
        return Json(big_done_.load());
    });
    queue::NewJob step;
    step.kind = "step";
    const std::vector<queue::NewJob> backlog(1000, step);
    mysql::with_transaction(*pool(tenant_), platform_.soon(), [&](mysql::Transaction& transaction) {
        value_or_throw(queue::enqueue_many(transaction, queue::QueueSchema::current(), backlog));
    });
    Worker& worker = start_worker();
    ASSERT_TRUE(eventually([&] { return big_done_.load() > 20; }));
    const int before = big_done_.load();
    const auto uuid = push(small, step);
    ASSERT_TRUE(eventually([&] { return job(small, uuid).at("state") == "completed"; }));
    const int waited = job(small, uuid).at("output").get<int>() - before;
    EXPECT_LT(waited, 100) << "big tenant's jobs that went first";
    worker.hurry();
}

} // namespace
} // namespace bgerp::worker
