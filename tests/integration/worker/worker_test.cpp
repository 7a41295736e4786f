// The worker in this process against a real database: every way a job can end, and what must never
// happen.
#include "tests/integration/worker/worker_test.hpp"

namespace bgerp::worker {
namespace {

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
    config_.queue.lease_s = 6; // renewed every second: a renewer may well stand still for three
    const auto until = [this] { return number("SELECT UNIX_TIMESTAMP()"); };
    handle("long", [&](JobContext& context) -> Result<Json> {
        ++calls_;
        const auto begun = until();
        const bool time_passed = eventually([&] {
            return context.stop_requested() || until() >= begun + 2 * config_.queue.lease_s;
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

} // namespace
} // namespace bgerp::worker
