// Q35 concurrency, Q36 rates, Q37 breakers, Q38 pauses: what the tables say after each verb. The
// database's time is turned by editing rows.
#include "migrations/tenant/queue/queue_migrations.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/queue/rules.hpp"
#include "tests/conformance/limits_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace bgerp::queue {
namespace {

TEST_F(Limits, Q35_the_permits_of_all_workers_together_stay_within_the_limit) {
    const auto three = at_most(3);
    EXPECT_EQ(acquire(me, wish(three, "a", 2)).permits, 2);
    EXPECT_EQ(acquire(other, wish(three, "a", 2)).permits, 1);
    EXPECT_EQ(acquire(other, wish(three, "b", 2)).permits, 2) << "another key";
    PermitWish more = wish(three, "a", 2);
    more.held = 2;
    EXPECT_EQ(acquire(me, more).permits, 0);
    return_permits(*pool, soon(), schema, other, {{more.key, 0}});
    EXPECT_EQ(acquire(me, more).permits, 1);
    EXPECT_EQ(number("SELECT SUM(permits) FROM limit_permit WHERE key_hash = ?", {more.key}), 3);
}

TEST_F(Limits, Q35_a_dead_workers_permits_come_back_and_a_live_ones_stay) {
    const auto one = at_most(1);
    const PermitWish wanted = wish(one, "a", 1);
    EXPECT_EQ(acquire(other, wanted).permits, 1);
    execute("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() + 10");
    EXPECT_TRUE(renew_permits(*pool, soon(), schema, other, lease_s, {wanted.key}).empty());
    EXPECT_GE(number("SELECT leased_until - UNIX_TIMESTAMP() FROM limit_permit"), 11);
    EXPECT_EQ(acquire(me, wanted).permits, 0);
    execute("UPDATE limit_permit SET leased_until = UNIX_TIMESTAMP() - 1");
    EXPECT_EQ(acquire(me, wanted).permits, 1);
    EXPECT_EQ(
        renew_permits(*pool, soon(), schema, other, lease_s, {wanted.key}),
        std::vector<std::uint64_t>{wanted.key}
    ) << "who comes too late has lost them";
}

TEST_F(Limits, Q35_workers_that_ask_at_the_same_time_never_get_too_many) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    constexpr int workers = 4;
    constexpr std::int64_t most = 5;
    const auto five = at_most(most);
    std::array<std::atomic<std::int64_t>, 3> held{};
    std::atomic<bool> exceeded{false};
    std::vector<std::thread> threads;
    for (int w = 0; w < workers; ++w) {
        threads.emplace_back([&, w] {
            std::minstd_rand random(seed + static_cast<unsigned>(w));
            std::array<std::int64_t, 3> mine{};
            const auto worker = 100 + static_cast<std::uint64_t>(w);
            for (int step = 0; step < 60; ++step) {
                std::vector<PermitWish> wishes;
                for (std::size_t key = 0; key < mine.size(); ++key) {
                    wishes.push_back(
                        wish(five, std::to_string(key), 1 + static_cast<std::int64_t>(random() % 3))
                    );
                    wishes.back().held = mine[key];
                }
                const auto grants = acquire_permits(*pool, soon(), schema, worker, lease_s, wishes);
                for (std::size_t key = 0; key < mine.size(); ++key) {
                    mine[key] += grants[key].permits;
                    if (held[key].fetch_add(grants[key].permits) + grants[key].permits > most) {
                        exceeded = true;
                    }
                }
                const std::size_t key = random() % mine.size();
                const auto keep = static_cast<std::int64_t>(random() % 2);
                if (mine[key] > keep) {
                    held[key].fetch_sub(mine[key] - keep);
                    mine[key] = keep;
                    return_permits(*pool, soon(), schema, worker, {{wishes[key].key, keep}});
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(exceeded.load());
}

TEST_F(Limits, Q36_tokens_come_with_the_databases_time) {
    Limit what;
    what.name = "some";
    what.rate = 10;
    what.period_s = 10'000; // so slow that none comes while the test is held up
    what.burst = 4;
    PermitWish wanted = wish(limit(what), "a", 0);
    wanted.tokens = 6;
    PermitGrant grant = acquire(me, wanted);
    EXPECT_EQ(grant.tokens, 4);
    EXPECT_GT(grant.next_token_us, 0);
    EXPECT_LE(grant.next_token_us, 1'000'000'000);
    EXPECT_EQ(acquire(other, wanted).tokens, 0) << "one bucket for all workers";
    execute("UPDATE limit_key SET full_us = full_us - 2000000000"); // time for two
    EXPECT_EQ(acquire(other, wanted).tokens, 2);
    wanted.tokens_back = 2;
    wanted.tokens = 1;
    EXPECT_EQ(acquire(other, wanted).tokens, 1) << "what wasn't used goes back";
}

TEST_F(Limits, Q36_spare_tokens_leave_half_of_them_to_others) {
    Limit what;
    what.name = "some";
    what.rate = 100;
    PermitWish wanted = wish(limit(what), "a", 0);
    wanted.tokens = 20;
    wanted.tokens_spare = 1000;
    EXPECT_EQ(acquire(me, wanted).tokens, 20 + 40);
}

TEST_F(Limits, Q37_a_breaker_opens_lets_one_through_and_closes) {
    Limit what;
    what.name = "some";
    what.breaker = {3, 60, 30};
    const auto breaker = limit(what);
    const PermitWish one = wish(breaker, "a", 1);
    const auto connection = pool->acquire(soon());
    const auto fail_once = [&] { return note_failure(*connection, schema, one.key, what, "a"); };
    EXPECT_EQ(fail_once(), BreakerPhase::closed);
    EXPECT_EQ(fail_once(), BreakerPhase::closed);
    EXPECT_EQ(fail_once(), BreakerPhase::open);
    PermitGrant grant = acquire(me, one);
    EXPECT_EQ(grant.breaker, BreakerPhase::open);
    EXPECT_EQ(grant.permits, 0);
    note_success(*connection, schema, one.key);
    EXPECT_EQ(acquire(me, one).breaker, BreakerPhase::open) << "begun before it opened";

    execute("UPDATE limit_key SET open_until = UNIX_TIMESTAMP() - 1");
    PermitWish two = one;
    two.permits = 2;
    grant = acquire(me, two);
    EXPECT_EQ(grant.breaker, BreakerPhase::half_open);
    EXPECT_EQ(grant.permits, 1);
    EXPECT_EQ(acquire(other, one).permits, 0) << "one over all workers";
    EXPECT_EQ(fail_once(), BreakerPhase::open) << "the one that was let through failed";
    EXPECT_GT(number("SELECT open_until - UNIX_TIMESTAMP() FROM limit_key"), 25);

    execute("UPDATE limit_key SET open_until = UNIX_TIMESTAMP() - 1");
    note_success(*connection, schema, one.key);
    EXPECT_EQ(number("SELECT watch FROM limit_key"), 0);
    EXPECT_EQ(fail_once(), BreakerPhase::closed) << "counted from the start";
}

TEST_F(Limits, Q37_failures_count_within_their_window_and_people_can_reset) {
    Limit what;
    what.name = "some";
    what.breaker = {2, 60, 30};
    const std::uint64_t key = key_hash("some", "a");
    const auto connection = pool->acquire(soon());
    EXPECT_EQ(note_failure(*connection, schema, key, what, "a"), BreakerPhase::closed);
    execute("UPDATE limit_key SET window_at = window_at - 61");
    EXPECT_EQ(note_failure(*connection, schema, key, what, "a"), BreakerPhase::closed);
    EXPECT_EQ(note_failure(*connection, schema, key, what, "a"), BreakerPhase::open);
    const auto use = limit_use(*direct->acquire(soon()), QueueSchema::current(), "some");
    ASSERT_EQ(use.size(), 1U);
    EXPECT_EQ(use.front().breaker, "open");
    EXPECT_EQ(reset_breaker(*connection, schema, "some"), 1U);
    EXPECT_TRUE(watched_keys(*connection, schema).empty());
}

TEST_F(Limits, Q38_pauses_end_by_the_databases_clock) {
    const auto session = direct->acquire(soon());
    const auto here = QueueSchema::current();
    using std::chrono::seconds;
    value_or_throw(pause(*session, here, {PauseScope::queue, "q"}, {}));
    value_or_throw(pause(*session, here, {PauseScope::kind, "mail"}, seconds(60)));
    value_or_throw(pause(*session, here, {PauseScope::all, ""}, seconds(60)));
    QueueRules rules = read_rules(*session, here);
    EXPECT_TRUE(rules.paused_all);
    EXPECT_EQ(rules.paused_queues, std::vector<std::string>{"q"});
    ASSERT_EQ(rules.limits.size(), 1U);
    EXPECT_EQ(rules.limits.front()->kind, "mail");
    EXPECT_EQ(rules.limits.front()->concurrency, 0);
    EXPECT_EQ(pauses(*session, here).size(), 3U);

    execute("UPDATE queue_pause SET resume_at = UNIX_TIMESTAMP() WHERE resume_at IS NOT NULL");
    rules = read_rules(*session, here);
    EXPECT_FALSE(rules.paused_all);
    EXPECT_TRUE(rules.limits.empty());
    EXPECT_EQ(pauses(*session, here).size(), 1U);
    resume(*session, here, {PauseScope::queue, "q"});
    EXPECT_EQ(count("queue_pause"), 0) << "those that are over are gone";
    EXPECT_FALSE(pause(*session, here, {PauseScope::queue, ""}, {}));
    EXPECT_FALSE(pause(*session, here, {PauseScope::all, "x"}, {}));
    EXPECT_FALSE(pause(*session, here, {PauseScope::queue, "q"}, seconds(0)));
}

// Their jobs would run, and their ends not be written: so they would run again and again.
TEST_F(Limits, Q38_databases_with_older_tables_are_paused) {
    const std::vector<std::string> databases{name, "bgerp_no_such", name};
    EXPECT_EQ(migrations::queue_migrations().back().name, migration_needed)
        << "read_rules() has to ask for what the last migration made";
    auto rules = read_rules(*direct, soon(), databases);
    EXPECT_FALSE(rules[0].outdated || rules[0].paused_all || rules[2].outdated);
    EXPECT_TRUE(rules[1].outdated && rules[1].paused_all);
    execute("ALTER TABLE job_run DROP COLUMN ending");
    rules = read_rules(*direct, soon(), databases);
    EXPECT_TRUE(rules[0].outdated && rules[0].paused_all);
}

TEST_F(Limits, Q35_definitions_are_set_replaced_listed_and_removed) {
    const auto session = direct->acquire(soon());
    const auto here = QueueSchema::current();
    Limit what;
    what.name = "customers";
    what.by = "/customer";
    what.concurrency = 2;
    what.rate = 60;
    what.period_s = 60;
    value_or_throw(set_limit(*session, here, what));
    what.concurrency = 3;
    what.breaker = {5, 30, 10};
    value_or_throw(set_limit(*session, here, what));
    EXPECT_EQ(limits(*session, here), std::vector<Limit>{what});
    EXPECT_EQ(*read_rules(*session, here).limits.front(), what);
    EXPECT_TRUE(remove_limit(*session, here, "customers"));
    EXPECT_EQ(remove_limit(*session, here, "customers").error().code, ErrorCode::not_found);
}

TEST_F(Limits, keys_that_nobody_asks_for_are_forgotten) {
    acquire(me, wish(at_most(1), "old", 1));
    acquire(me, wish(at_most(1), "new", 1));
    push(job());
    park(take(me), "parked");
    execute("UPDATE limit_key SET used_at = used_at - 4000 WHERE key_text <> 'new'");
    EXPECT_EQ(prune_limit_keys(*pool->acquire(soon()), schema), 1U);
    EXPECT_EQ(count("limit_key", "key_text = 'old'"), 0);
    EXPECT_EQ(count("limit_key"), 2);
    EXPECT_EQ(acquire(other, wish(at_most(1), "old", 1)).permits, 0) << "its permits are still out";
}

} // namespace
} // namespace bgerp::queue
