// Schedules against a real database: each firing happens once, whoever ticks, however late.
#include "scheduler/scheduler.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/schedule/firing.hpp"
#include "tenant_db/schedule/schedule_store.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bgerp::scheduler {
namespace {

using queue::QueueSchema;
using schedule::Fired;
using testing_support::eventually;

class SchedulerTest : public ::testing::Test {
protected:
    SchedulerTest()
        : tenant_(platform_.create_tenant("acme", {"base"}))
        , schema_(QueueSchema::of(tenant_.database))
        , admin_(platform_.database().admin_pool(tenant_.database, 4))
        , config_(platform_.config()) {
        config_.scheduler.tick_ms = 50;
    }

    [[nodiscard]] static schedule::NewSchedule
    noop(const std::string& name, const std::string& cron) {
        return {name, cron, "UTC", "noop"};
    }

    schedule::Schedule add(const schedule::NewSchedule& wanted) {
        return value_or_throw(mysql::with_transaction(
            *admin_,
            platform_.soon(),
            [&](mysql::Transaction& transaction) {
                return schedule::add_schedule(transaction, schema_, wanted);
            }
        ));
    }

    /// Makes a schedule due, so many seconds ago.
    void make_due(const std::string& name, std::int64_t seconds_ago = 0) {
        admin_->acquire(platform_.soon())
            ->execute(
                "UPDATE schedule SET next_run_at = NOW() - INTERVAL ? SECOND WHERE name = ?",
                {seconds_ago, name}
            );
    }

    [[nodiscard]] schedule::Schedule read(const std::string& name) {
        return value_or_throw(
            schedule::find_schedule(*admin_->acquire(platform_.soon()), schema_, name)
        );
    }

    Fired fire(const std::string& name) {
        return schedule::fire(*admin_, platform_.soon(), schema_, read(name));
    }

    [[nodiscard]] std::int64_t jobs() {
        return admin_->acquire(platform_.soon())
            ->query_one(
                "SELECT COUNT(*) FROM jobs",
                {},
                [](const mysql::Row& row) { return row.i64(0); }
            )
            .value_or(-1);
    }

    testing_support::TestPlatform platform_;
    Tenant tenant_;
    QueueSchema schema_;
    std::unique_ptr<mysql::Pool> admin_;
    Config config_;
};

TEST_F(SchedulerTest, a_schedule_is_kept_as_it_was_given) {
    const auto made = add(
        {"nightly",
         "30 2 * * *",
         "Europe/Berlin",
         "report.build",
         {{"a", 1}},
         "slow",
         5,
         schedule::MissedPolicy::skip,
         schedule::OverlapPolicy::allow}
    );
    EXPECT_EQ(to_json(made), to_json(read("nightly")));
    EXPECT_EQ(made.what.args, (Json{{"a", 1}}));
    EXPECT_EQ(made.what.missed, schedule::MissedPolicy::skip);
    ASSERT_TRUE(made.next_run_at);
    EXPECT_GT(*made.next_run_at, 0);
}

TEST_F(SchedulerTest, what_cant_be_is_refused_at_once) {
    const auto refused = [&](schedule::NewSchedule wanted) {
        const auto result = mysql::with_transaction(
            *admin_,
            platform_.soon(),
            [&](mysql::Transaction& transaction) {
                return schedule::add_schedule(transaction, schema_, wanted);
            }
        );
        return result ? "nothing" : result.error().field;
    };
    EXPECT_EQ(refused({"", "* * * * *", "UTC", "noop"}), "name");
    EXPECT_EQ(refused({"x", "* * * * *", "Mars/Olympus", "noop"}), "time_zone");
    EXPECT_EQ(refused({"x", "* * * * *", "UTC", ""}), "kind");
    EXPECT_NE(refused({"x", "61 * * * *", "UTC", "noop"}), "nothing");
    add(noop("x", "* * * * *"));
    EXPECT_EQ(refused({"x", "* * * * *", "UTC", "noop"}), "name") << "the name is taken";
}

TEST_F(SchedulerTest, a_firing_enqueues_and_moves_on_in_one_step) {
    add(noop("hourly", "0 * * * *"));
    make_due("hourly");
    EXPECT_EQ(fire("hourly"), Fired::enqueued);
    const auto after = read("hourly");
    EXPECT_GT(*after.next_run_at, *after.last_run_at);
    EXPECT_EQ(jobs(), 1);
    const auto shown =
        queue::show_job(*admin_->acquire(platform_.soon()), schema_, after.last_job_uuid);
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->at("kind"), "noop");
}

TEST_F(SchedulerTest, of_two_who_saw_it_due_one_fires) {
    add(noop("hourly", "0 * * * *"));
    make_due("hourly");
    const auto seen = read("hourly");
    EXPECT_EQ(schedule::fire(*admin_, platform_.soon(), schema_, seen), Fired::enqueued);
    EXPECT_EQ(schedule::fire(*admin_, platform_.soon(), schema_, seen), Fired::elsewhere);
    EXPECT_EQ(jobs(), 1);
}

TEST_F(SchedulerTest, many_missed_runs_are_one_or_none) {
    add(noop("make_up", "* * * * *"));
    make_due("make_up", 86400);
    EXPECT_EQ(fire("make_up"), Fired::made_up);
    schedule::NewSchedule wanted = noop("let_go", "* * * * *");
    wanted.missed = schedule::MissedPolicy::skip;
    add(wanted);
    make_due("let_go", 86400);
    EXPECT_EQ(fire("let_go"), Fired::skipped_missed);
    make_due("let_go", 2);
    EXPECT_EQ(fire("let_go"), Fired::enqueued) << "two seconds are slow, not missed";
    EXPECT_EQ(jobs(), 2);
}

// S3
TEST_F(SchedulerTest, backfill_makes_up_for_each_missed_run_one_after_the_other) {
    schedule::NewSchedule wanted = noop("each", "0 * * * *");
    wanted.missed = schedule::MissedPolicy::backfill;
    add(wanted);
    admin_->acquire(platform_.soon())
        ->execute("UPDATE schedule SET next_run_at ="
                  " DATE_FORMAT(NOW() - INTERVAL 3 HOUR, '%Y-%m-%d %H:00:00')");
    EXPECT_EQ(fire("each"), Fired::made_up);
    EXPECT_EQ(fire("each"), Fired::waits) << "its job hasn't ended";
    EXPECT_EQ(jobs(), 1);
    int fired = 1;
    std::set<std::string> runs;
    for (;;) {
        admin_->acquire(platform_.soon())->execute("UPDATE job_run SET state = 'completed'");
        const auto made = read("each");
        runs.insert(queue::show_job(*admin_->acquire(platform_.soon()), schema_, made.last_job_uuid)
                        ->at("tags")
                        .dump());
        if (fired == 4) {
            break;
        }
        const Fired next = fire("each"); // the last one may be no more than slow
        ASSERT_TRUE(next == Fired::made_up || next == Fired::enqueued);
        ++fired;
    }
    EXPECT_EQ(runs.size(), 4U) << "each is tagged with the run it is for";
    EXPECT_GT(*read("each").next_run_at, *read("each").last_run_at);
}

// S4
TEST_F(SchedulerTest, a_schedule_is_edited_while_it_runs) {
    add(noop("changing", "0 0 1 1 *"));
    const auto edit = [&](const std::string& name, const schedule::ScheduleChange& change) {
        return mysql::with_transaction(*admin_, platform_.soon(), [&](mysql::Transaction& t) {
            return schedule::edit_schedule(t, schema_, name, change);
        });
    };
    schedule::ScheduleChange change;
    change.args = Json{{"n", 2}};
    change.queue = "slow";
    const auto before = read("changing");
    auto after = edit("changing", change);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->what.args, (Json{{"n", 2}}));
    EXPECT_EQ(after->what.queue, "slow");
    EXPECT_EQ(after->next_run_at, before.next_run_at) << "the times are as they were";
    make_due("changing");
    const auto seen = read("changing"); // by a scheduler
    change = {};
    change.cron = "* * * * *";
    change.overlap = schedule::OverlapPolicy::allow;
    after = edit("changing", change);
    EXPECT_EQ(schedule::fire(*admin_, platform_.soon(), schema_, seen), Fired::elsewhere);
    EXPECT_GT(*after->next_run_at, *seen.next_run_at);
    EXPECT_LE(*after->next_run_at, *seen.next_run_at + 120);
    EXPECT_EQ(after->what.args, (Json{{"n", 2}})) << "what isn't given stays";
    change.cron = "61 * * * *";
    EXPECT_EQ(edit("changing", change).error().field, "minute");
    EXPECT_EQ(edit("nobody", {}).error().code, ErrorCode::not_found);
    EXPECT_EQ(read("changing").what.cron, "* * * * *");
}

// S5
TEST_F(SchedulerTest, an_h_is_another_time_in_another_database_and_the_same_again_here) {
    const Tenant other = platform_.create_tenant("zenith", {"base"});
    const auto first_run = [&](const QueueSchema& schema) {
        return value_or_throw(mysql::with_transaction(
                   *admin_,
                   platform_.soon(),
                   [&](mysql::Transaction& transaction) -> Result<std::int64_t> {
                       const auto made = schedule::add_schedule(
                           transaction,
                           schema,
                           noop("nightly", "H H H * * *")
                       );
                       return made->next_run_at.value_or(0);
                   }
               )) %
               86'400;
    };
    const std::int64_t here = first_run(schema_);
    EXPECT_NE(first_run(QueueSchema::of(other.database)), here);
    value_or_throw(schedule::remove_schedule(*admin_->acquire(platform_.soon()), schema_, "nightly")
    );
    EXPECT_EQ(first_run(schema_), here);
}

TEST_F(SchedulerTest, an_unfinished_job_holds_back_the_next_unless_allowed) {
    add(noop("patient", "* * * * *"));
    schedule::NewSchedule wanted = noop("eager", "* * * * *");
    wanted.overlap = schedule::OverlapPolicy::allow;
    add(wanted);
    for (const char* const name : {"patient", "eager"}) {
        make_due(name);
        EXPECT_EQ(fire(name), Fired::enqueued);
        make_due(name);
    }
    EXPECT_EQ(fire("patient"), Fired::skipped_overlap);
    EXPECT_EQ(fire("eager"), Fired::enqueued);
}

TEST_F(SchedulerTest, a_schedule_that_cant_be_read_any_more_is_paused) {
    add(noop("odd", "* * * * *"));
    admin_->acquire(platform_.soon())->execute("UPDATE schedule SET time_zone = 'Mars/Olympus'");
    make_due("odd");
    EXPECT_EQ(fire("odd"), Fired::paused);
    EXPECT_TRUE(read("odd").paused);
}

TEST_F(SchedulerTest, a_paused_one_is_not_due_and_resumes_without_what_it_missed) {
    add(noop("shy", "0 0 1 1 *"));
    const auto set_paused = [&](bool paused) {
        return value_or_throw(mysql::with_transaction(
            *admin_,
            platform_.soon(),
            [&](mysql::Transaction& transaction) {
                return schedule::set_paused(transaction, schema_, "shy", paused);
            }
        ));
    };
    set_paused(true);
    make_due("shy", 100);
    EXPECT_TRUE(schedule::databases_due(*admin_, platform_.soon(), {tenant_.database}).empty());
    const auto resumed = set_paused(false);
    EXPECT_TRUE(schedule::databases_due(*admin_, platform_.soon(), {tenant_.database}).empty());
    EXPECT_FALSE(resumed.paused);
}

TEST_F(SchedulerTest, the_sweep_steps_over_a_database_that_is_gone) {
    add(noop("hourly", "0 * * * *"));
    make_due("hourly");
    const auto due = schedule::databases_due(
        *admin_,
        platform_.soon(),
        {"no_such_database", tenant_.database, "nor_this_one"}
    );
    EXPECT_EQ(due, std::vector<std::string>{tenant_.database});
}

TEST_F(SchedulerTest, two_schedulers_fire_each_run_once) {
    for (int i = 0; i < 20; ++i) {
        add(noop("s" + std::to_string(i), "0 0 1 1 *"));
        make_due("s" + std::to_string(i));
    }
    Scheduler first(config_, platform_.core());
    Scheduler second(config_, platform_.core());
    first.start();
    second.start();
    ASSERT_TRUE(eventually([&] { return jobs() >= 20; }));
    EXPECT_NE(first.leads(), second.leads()) << "one leads";
    // The other takes over when the leader goes, and what was fired stays fired.
    Scheduler& leader = first.leads() ? first : second;
    Scheduler& other = first.leads() ? second : first;
    leader.stop();
    // First that nothing holds it back: the other may be looking already.
    admin_->acquire(platform_.soon())->execute("UPDATE schedule SET last_job_uuid = NULL");
    make_due("s0");
    ASSERT_TRUE(eventually([&] { return jobs() == 21; }));
    EXPECT_TRUE(other.leads());
    other.stop();
    EXPECT_EQ(jobs(), 21);
    EXPECT_EQ(leader.ticker().enqueued() + other.ticker().enqueued(), 21U);
}

// Q14, Q45: what Laravel's worker does to a row of ours, and what housekeeping makes of it.
TEST_F(SchedulerTest, a_chain_goes_on_and_is_counted_when_laravel_ended_its_link) {
    queue::NewJob link;
    link.kind = "noop";
    link.chain.emplace_back();
    link.chain.front().kind = "next";
    mysql::with_transaction(*admin_, platform_.soon(), [&](mysql::Transaction& transaction) {
        return value_or_throw(queue::enqueue(transaction, schema_, link));
    });
    admin_->acquire(platform_.soon())->execute("DELETE FROM jobs");
    config_.scheduler.housekeeping_s = 1;
    Scheduler scheduler(config_, platform_.core());
    scheduler.start();
    EXPECT_TRUE(eventually([&] { return jobs() == 1; }));
    const auto completed = [&] {
        return admin_->acquire(platform_.soon())
            ->query_one(
                "SELECT SUM(completed) FROM job_stat WHERE queue = 'default' AND kind = 'noop'",
                {},
                [](const mysql::Row& row) { return row.optional_i64(0).value_or(0); }
            )
            .value_or(0);
    };
    EXPECT_TRUE(eventually([&] { return completed() == 1; }));
    scheduler.stop();
    EXPECT_EQ(jobs(), 1);
}

} // namespace
} // namespace bgerp::scheduler
