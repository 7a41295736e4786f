// Q45: a worker's jobs show up in the statistics of its tenant.
#include "tenant_db/queue/job_stats.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

namespace bgerp::worker {
namespace {

class WorkerStats : public WorkerFixture {
protected:
    [[nodiscard]] std::vector<queue::JobStat> stats() {
        const auto connection = pool(tenant_)->acquire(platform_.soon());
        return queue::read_stats(
                   *connection,
                   queue::QueueSchema::current(),
                   {std::chrono::minutes(60), true, ""}
        )
            .stats;
    }

    void run_until_empty() {
        WorkerOptions options;
        options.stop_when_empty = true;
        Worker& worker = start_worker(options);
        ASSERT_TRUE(eventually([&] { return worker.finished(); }));
        worker.stop();
    }
};

TEST_F(WorkerStats, Q45_AStopWritesWhatWasCounted) {
    handle("flaky", [](JobContext& context) -> Result<Json> {
        if (context.attempt() == 1) {
            return fail(ErrorCode::unavailable, "not yet");
        }
        return Json();
    });
    handle("bad", [](JobContext&) -> Result<Json> {
        return fail(ErrorCode::invalid_argument, "never");
    });
    queue::NewJob flaky;
    flaky.kind = "flaky";
    flaky.backoff_s = {0};
    const std::string uuid = push(tenant_, flaky);
    push("bad");
    push("noop");
    push("no such kind");
    run_until_empty();
    ASSERT_EQ(state(uuid), "completed");

    const auto all = stats();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].kind, "") << "an unknown kind has no name of its own";
    EXPECT_EQ(all[0].counts.failed, 1U);
    EXPECT_EQ(all[0].counts.started, 0U);
    EXPECT_EQ(all[1].kind, "bad");
    EXPECT_EQ(all[1].counts.failed, 1U);
    EXPECT_EQ(all[2].kind, "flaky");
    EXPECT_EQ(all[2].counts.started, 2U);
    EXPECT_EQ(all[2].counts.retried, 1U);
    EXPECT_EQ(all[2].counts.completed, 1U);
    EXPECT_EQ(all[2].counts.run.count(), 2U);
    EXPECT_EQ(all[3].kind, "noop");
    EXPECT_EQ(all[3].counts.wait.count(), 1U);
}

TEST_F(WorkerStats, Q45_NoneAreMadeIfNoneAreKept) {
    config_.queue.stats_keep_h = 0;
    push("noop");
    run_until_empty();
    EXPECT_TRUE(stats().empty());
}

} // namespace
} // namespace bgerp::worker
