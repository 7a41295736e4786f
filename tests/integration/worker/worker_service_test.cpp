// The worker in this process against a real database: which jobs it finds and when, whose turn it
// is, and how it stops.
#include "tenant_db/doorbell.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/ring_text.hpp"
#include "tests/integration/worker/worker_test.hpp"

#include <thread>

namespace bgerp::worker {
namespace {

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
    // The directory's cache is two seconds old at most, and a sweep that began with it has to end,
    // also on a machine where it stands still for a while.
    const auto seconds = [this] { return number("SELECT UNIX_TIMESTAMP()"); };
    const auto suspended_at = seconds();
    ASSERT_TRUE(eventually([&] { return seconds() > suspended_at + 8; }));
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

TEST_F(WorkerTest, a_tenant_whose_ends_are_refused_holds_up_nobody) {
    const Tenant other = platform_.create_tenant("globex", {"hr"});
    handle("refused", [&](JobContext&) -> Result<Json> {
        ++calls_;
        return Json();
    });
    platform_.database()
        .admin_pool(tenant_.database, 1)
        ->acquire(platform_.soon())
        ->execute("ALTER TABLE job_run DROP COLUMN progress");
    queue::NewJob untracked; // so that it can be pushed at all
    untracked.kind = "refused";
    untracked.tracked = false;
    push(tenant_, untracked);
    platform_.database()
        .admin_pool(tenant_.database, 1)
        ->acquire(platform_.soon())
        ->execute("UPDATE jobs SET flags = 1"); // whose end is written to job_run
    start_worker();
    ASSERT_TRUE(eventually([&] { return calls_.load() > 0; }));
    queue::NewJob noop;
    noop.kind = "noop";
    for (int i = 0; i < 3; ++i) {
        const auto uuid = push(other, noop);
        ASSERT_TRUE(eventually([&] { return job(other, uuid).at("state") == "completed"; }));
    }
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

TEST_F(WorkerTest, an_early_ring_is_enough_for_an_idle_worker) {
    config_.worker.sweep_ms = 60000;
    start_worker();
    ASSERT_TRUE(eventually([&] { return live_workers() == 1; }));
    Doorbell doorbell(platform_.core().pool());
    const auto rung_for = [&](const std::string& ring) {
        const auto uuid = push("noop");
        return eventually(
            [&] {
                doorbell.ring(ring);
                return state(uuid) == "completed";
            },
            std::chrono::seconds(30)
        );
    };
    ASSERT_TRUE(rung_for("acme default")) << "which makes the tenant known";
    EXPECT_TRUE(rung_for(early_ring_text("acme", "default")));
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

// Laravel's worker renews nothing: to the sweep its reservation looks like a lease that ran out.
TEST_F(WorkerTest, a_job_in_laravels_hands_keeps_no_worker_from_ending) {
    const auto theirs = push("noop");
    const auto admin = platform_.database().admin_pool(tenant_.database, 1);
    admin->acquire(platform_.soon())
        ->execute(
            "UPDATE jobs SET reserved_at = UNIX_TIMESTAMP() - ?, attempts = 1",
            {2 * config_.queue.lease_s}
        );
    const auto ours = push("noop");
    WorkerOptions options;
    options.stop_when_empty = true;
    Worker& first = start_worker(options);
    ASSERT_TRUE(eventually([&] { return first.finished(); }));
    EXPECT_EQ(state(ours), "completed");
    EXPECT_EQ(number("SELECT attempts FROM jobs"), 1) << "it is another's";
    first.stop();
    admin->acquire(platform_.soon())
        ->execute("UPDATE jobs SET reserved_at = UNIX_TIMESTAMP() - 1000");
    Worker& second = start_worker(options);
    ASSERT_TRUE(eventually([&] { return second.finished(); }));
    EXPECT_EQ(state(theirs), "completed") << "its time was over";
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
    // Jobs so long that a hundred of them take ten seconds: who stands still for a while between
    // two statements isn't mistaken for unfair.
    handle("step", [&](JobContext& context) -> Result<Json> {
        if (context.org() == "acme") {
            const auto begun = std::chrono::steady_clock::now();
            EXPECT_TRUE(eventually([&] {
                return std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(200);
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

// A new worker comes before `bgerp migrate`: what it ran there could never be written as done.
TEST_F(WorkerTest, an_organization_with_older_tables_is_served_once_it_is_migrated) {
    const auto change = [&](const std::string& sql) {
        platform_.database()
            .admin_pool(tenant_.database, 1)
            ->acquire(platform_.soon())
            ->execute(sql);
    };
    const Tenant other = platform_.create_tenant("other", {"hr"});
    change("ALTER TABLE job_run DROP COLUMN ending");
    const auto early = push("noop");
    start_worker();
    queue::NewJob noop;
    noop.kind = "noop";
    for (int i = 0; i < 3; ++i) { // rounds in which it might have begun
        const auto uuid = push(other, noop);
        ASSERT_TRUE(eventually([&] { return job(other, uuid).at("state") == "completed"; }));
    }
    EXPECT_EQ(number("SELECT attempts FROM jobs"), 0);
    change("ALTER TABLE job_run ADD COLUMN ending LONGTEXT NULL");
    EXPECT_TRUE(becomes(early, "completed"));
}

} // namespace
} // namespace bgerp::worker
