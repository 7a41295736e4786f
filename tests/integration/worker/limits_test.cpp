// Q35 concurrency, Q36 rates, Q37 breakers, Q38 pauses: several workers in one process work for one
// tenant, and the handlers count who runs beside them. Time is turned by editing the tables.
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/parking.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tests/integration/worker/limits_fixture.hpp"

#include <atomic>
#include <random>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

TEST_F(LimitsTest, Q35_no_key_ever_has_more_jobs_than_its_limit_over_three_workers) {
    constexpr std::int64_t most = 2;
    handle_counted("counted", most);
    set(by_key("keys", most));
    for (int i = 0; i < 120; ++i) {
        push_keyed("counted", "k" + std::to_string(i % 4));
    }
    for (int i = 0; i < 3; ++i) {
        start_worker();
    }
    ASSERT_TRUE(all_done());
    for (int key = 0; key < 4; ++key) {
        const std::string name = "k" + std::to_string(key);
        EXPECT_EQ(ledger_.begun(name), 30);
        EXPECT_LE(ledger_.peak(name), most);
    }
    stop_workers();
    EXPECT_EQ(number("SELECT COUNT(*) FROM limit_permit"), 0) << "given back";
    EXPECT_EQ(number("SELECT COUNT(*) FROM limit_key WHERE watch > 0"), 0);
}

TEST_F(LimitsTest, Q35_random_limits_hold_and_everything_is_run_once) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::minstd_rand random(seed);
    std::vector<std::int64_t> most;
    for (int kind = 0; kind < 3; ++kind) {
        most.push_back(1 + static_cast<std::int64_t>(random() % 4));
        queue::Limit limit;
        limit.name = "kind" + std::to_string(kind);
        limit.kind = limit.name;
        limit.concurrency = most.back();
        set(limit);
        handle(limit.kind, [this, limit](JobContext&) -> Result<Json> {
            ledger_.run(limit.kind, *limit.concurrency);
            return Json();
        });
    }
    set(by_key("keys", 1));
    handle_counted("kind3", 1);
    std::map<std::string, std::int64_t> pushed;
    for (int i = 0; i < 150; ++i) {
        const std::string kind = "kind" + std::to_string(random() % 4);
        const std::string key =
            kind == "kind3" || random() % 3 == 0 ? kind + std::to_string(random() % 3) : "";
        push_keyed(kind, key, random() % 2 == 0 ? "default" : "other");
        ++pushed[kind == "kind3" ? key : kind];
    }
    start_worker();
    start_worker();
    ASSERT_TRUE(all_done());
    for (const auto& [name, count] : pushed) {
        EXPECT_EQ(ledger_.begun(name), count) << name;
    }
    for (std::size_t kind = 0; kind < most.size(); ++kind) {
        EXPECT_LE(ledger_.peak("kind" + std::to_string(kind)), most[kind]);
    }
}

TEST_F(LimitsTest, Q35_jobs_that_are_held_back_stand_in_nobodys_way) {
    handle_held("held");
    set(by_key("keys", 1));
    config_.worker.concurrency = 2;
    push_keyed("held", "busy");
    start_worker();
    ASSERT_TRUE(eventually([&] { return ledger_.begun("busy") == 1; }));
    for (int i = 0; i < 100; ++i) {
        push_keyed("held", "busy");
    }
    const auto behind = push("noop");
    EXPECT_TRUE(becomes(behind, "completed"));
    EXPECT_TRUE(eventually([&] {
        return number("SELECT COUNT(*) FROM job_blocked") == 100 &&
               number("SELECT COUNT(*) FROM jobs") == 1;
    })) << "neither in the queue nor in hand";
    EXPECT_EQ(ledger_.begun("busy"), 1);
    ledger_.open();
    EXPECT_TRUE(all_done());
    EXPECT_EQ(ledger_.peak("busy"), 1);
    EXPECT_EQ(ledger_.begun("busy"), 101);
}

TEST_F(LimitsTest, Q35_a_dead_workers_permits_and_parked_jobs_are_taken_over) {
    handle_counted("counted", 1);
    set(by_key("keys", 1));
    push_keyed("counted", "k");
    start_worker();
    ASSERT_TRUE(all_done());
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM limit_permit") == 0; }))
        << "nobody uses it";
    change("INSERT INTO limit_permit SELECT key_hash, 99, 1, UNIX_TIMESTAMP() + 3600"
           " FROM limit_key"); // another worker's, that will never be heard of again
    push_keyed("counted", "k");
    push_keyed("counted", "k");
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM job_blocked") == 2; }));
    EXPECT_EQ(ledger_.begun("k"), 1);
    stop_workers(); // and so does this one: its parked jobs wait for somebody
    change("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() - 1");
    start_worker();
    EXPECT_TRUE(all_done());
    EXPECT_EQ(ledger_.begun("k"), 3);
}

// Q42: a worker that ends when nothing is left waits for its own parked jobs, and for no others.
TEST_F(LimitsTest, Q35_parked_jobs_of_remote_workers_keep_no_worker_from_ending) {
    set(by_key("keys", 1));
    push_keyed("noop", "far", "remote.far");
    queue::ClaimCursor cursor;
    const auto theirs = queue::reserve(
        *pool(tenant_),
        platform_.soon(),
        queue::QueueSchema::current(),
        "remote.far",
        1,
        99,
        {},
        cursor
    );
    ASSERT_EQ(theirs.size(), 1U);
    const std::vector<queue::ParkedJob> parked{
        {&theirs.front(), queue::key_hash("keys", "far"), "keys", "far"}};
    ASSERT_EQ(
        queue::park_if_mine(
            *pool(tenant_),
            platform_.soon(),
            queue::QueueSchema::current(),
            parked
        ),
        1U
    );
    handle_counted("counted", 1);
    for (int i = 0; i < 10; ++i) {
        push_keyed("counted", "near");
    }
    WorkerOptions options;
    options.stop_when_empty = true;
    Worker& worker = start_worker(options);
    ASSERT_TRUE(eventually([&] { return worker.finished(); }));
    EXPECT_EQ(ledger_.begun("near"), 10);
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_blocked"), 1);
}

// Claims of more jobs than there are slots, from two organizations: without the limit they would
// run beside each other, and their jobs too.
TEST_F(LimitsTest, Q35_a_limit_of_the_worker_alone) {
    const Tenant neighbour = platform_.create_tenant("zenith", {"hr"});
    config_.worker.kind_concurrency = {"counted:1"};
    handle_counted("counted", 1);
    queue::NewJob job;
    job.kind = "counted";
    job.args = {{"key", "any"}};
    for (int i = 0; i < 30; ++i) {
        push(tenant_, job);
        push(neighbour, job);
    }
    start_worker();
    EXPECT_TRUE(eventually([&] { return ledger_.begun("any") == 60; })) << ledger_.begun("any");
    EXPECT_TRUE(all_done());
    EXPECT_EQ(ledger_.peak("any"), 1);
    EXPECT_EQ(ledger_.begun("any"), 60);
    EXPECT_EQ(number(neighbour, "SELECT COUNT(*) FROM failed_jobs"), 0);
}

TEST_F(LimitsTest, Q35_jobs_of_a_limit_that_is_removed_go_on) {
    handle_counted("counted", 100);
    set(by_key("none", 0));
    const auto uuid = push_keyed("counted", "k");
    start_worker();
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM job_blocked") == 1; }));
    EXPECT_EQ(job(uuid)["blocked_by"]["limit"], "none");
    value_or_throw(queue::remove_limit(
        *pool(tenant_)->acquire(platform_.soon()),
        queue::QueueSchema::current(),
        "none"
    ));
    EXPECT_TRUE(becomes(uuid, "completed"));
}

TEST_F(LimitsTest, Q36_no_more_begin_than_the_rate_allows) {
    handle_counted("counted", 100);
    queue::Limit limit;
    limit.name = "hourly";
    limit.rate = 3600;
    limit.period_s = 36000; // one in ten seconds
    limit.burst = 3;
    set(limit);
    for (int i = 0; i < 10; ++i) {
        push_keyed("counted", "k");
    }
    const auto began = std::chrono::steady_clock::now();
    // What the passing of time itself allows beside what the test does to the clock, and one more
    // for a token that was taken and not used in time.
    const auto by_time = [&] {
        const auto passed = std::chrono::steady_clock::now() - began;
        return static_cast<int>(passed / std::chrono::seconds(10)) + 1;
    };
    start_worker();
    start_worker();
    ASSERT_TRUE(eventually([&] {
        const std::int64_t begun = ledger_.begun("k");
        return begun >= 3 && number("SELECT COUNT(*) FROM job_blocked") == 10 - begun;
    })) << "all others are held back";
    EXPECT_LE(ledger_.begun("k"), 3 + by_time());
    change("UPDATE limit_key SET full_us = full_us - 20000000"); // 20 seconds later
    ASSERT_TRUE(eventually([&] { return ledger_.begun("k") >= 5; }));
    EXPECT_LE(ledger_.begun("k"), 5 + by_time());
    change("UPDATE limit_key SET full_us = 0"); // the bucket is full again
    ASSERT_TRUE(eventually([&] { return ledger_.begun("k") >= 8; }));
    EXPECT_LE(ledger_.begun("k"), 8 + by_time());
}

TEST_F(LimitsTest, Q37_a_kind_that_fails_again_and_again_is_left_alone_for_a_while) {
    std::atomic<bool> healthy{false};
    std::atomic<int> calls{0};
    HandlerOptions once;
    once.max_tries = 1;
    handle(
        "call",
        [&](JobContext&) -> Result<Json> {
            ++calls;
            if (!healthy) {
                return fail(ErrorCode::unavailable, "the other side doesn't answer");
            }
            return Json();
        },
        once
    );
    queue::Limit limit;
    limit.name = "other side";
    limit.kind = "call";
    limit.breaker = {3, 3600, 3600};
    set(limit);
    config_.worker.concurrency = 1;
    start_worker();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(becomes(push("call"), "failed"));
    }
    const auto waiting = push("call");
    const auto more = push("call");
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM job_blocked") == 2; }));
    EXPECT_EQ(calls.load(), 3);
    change("UPDATE limit_key SET open_until = UNIX_TIMESTAMP() - 1");
    ASSERT_TRUE(becomes(waiting, "failed")) << "one is let through";
    EXPECT_EQ(state(more), "available") << "its failure opens it again";
    EXPECT_EQ(calls.load(), 4);
    healthy = true;
    change("UPDATE limit_key SET open_until = UNIX_TIMESTAMP() - 1");
    EXPECT_TRUE(becomes(more, "completed"));
    EXPECT_TRUE(becomes(push("call"), "completed"));
    EXPECT_EQ(number("SELECT COUNT(*) FROM limit_key WHERE watch > 0"), 0);
}

TEST_F(LimitsTest, Q38_a_paused_kind_waits_and_goes_on_by_itself_at_its_time) {
    handle_counted("counted", 100);
    value_or_throw(queue::pause(
        *pool(tenant_)->acquire(platform_.soon()),
        queue::QueueSchema::current(),
        {queue::PauseScope::kind, "counted"},
        3600s
    ));
    const auto held = push_keyed("counted", "k");
    const auto other = push("noop");
    start_worker();
    ASSERT_TRUE(becomes(other, "completed"));
    ASSERT_TRUE(eventually([&] { return number("SELECT COUNT(*) FROM job_blocked") == 1; }));
    EXPECT_EQ(state(held), "available");
    change("UPDATE queue_pause SET resume_at = UNIX_TIMESTAMP()");
    EXPECT_TRUE(becomes(held, "completed"));
}

TEST_F(LimitsTest, Q38_everything_paused_begins_nothing) {
    const auto schema = queue::QueueSchema::current();
    const queue::PauseTarget all{queue::PauseScope::all, ""};
    value_or_throw(queue::pause(*pool(tenant_)->acquire(platform_.soon()), schema, all, {}));
    const Tenant neighbour = platform_.create_tenant("nextdoor", {"hr"});
    const auto held = push("noop");
    queue::NewJob noop;
    noop.kind = "noop";
    start_worker();
    for (int i = 0; i < 2; ++i) {
        const auto proof = push(neighbour, noop);
        ASSERT_TRUE(eventually([&] { return job(neighbour, proof).at("state") == "completed"; }));
    }
    EXPECT_EQ(state(held), "available");
    queue::resume(*pool(tenant_)->acquire(platform_.soon()), schema, all);
    EXPECT_TRUE(becomes(held, "completed"));
}

} // namespace
} // namespace bgerp::worker
