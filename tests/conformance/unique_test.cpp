// Q6: one job a key, whoever pushes when, and what every verb does with the key.
#include "tenant_db/queue/prune.hpp"
#include "tests/conformance/unique_fixture.hpp"

#include <mutex>
#include <set>
#include <thread>

namespace bgerp::queue {
namespace {

TEST_F(Unique, Q6_TheSecondIsTheFirst) {
    const Pushed first = push_one(only());
    const Pushed second = push_one(only());
    EXPECT_EQ(first.how, Pushed::How::added);
    EXPECT_EQ(second.how, Pushed::How::existing);
    EXPECT_EQ(second.uuid, first.uuid);
    EXPECT_EQ(how(only(2)), "added"); // other arguments
    EXPECT_EQ(count("jobs"), 2);
    EXPECT_EQ(count("job_run"), 2);
}

TEST_F(Unique, Q6_WhatMakesItTheSame) {
    UniqueRule by_kind;
    by_kind.by_args = false;
    EXPECT_EQ(how(only(1, by_kind)), "added");
    EXPECT_EQ(how(only(2, by_kind)), "existing");
    UniqueRule by_queue;
    by_queue.by_queue = true;
    NewJob mail = only(1, by_queue);
    mail.queue = "mail";
    EXPECT_EQ(how(only(1, by_queue)), "added");
    EXPECT_EQ(how(mail), "added");
    EXPECT_EQ(how(mail), "existing");
    NewJob other_kind = only(1, by_kind);
    other_kind.kind = "another";
    EXPECT_EQ(how(other_kind), "added");
    EXPECT_EQ(how(only(1, keyed(UniqueRule::OnConflict::existing))), "added");
    EXPECT_EQ(how(only(2, keyed(UniqueRule::OnConflict::existing))), "existing");
}

TEST_F(Unique, Q6_ARefusalWritesNothing) {
    push(only(1, keyed(UniqueRule::OnConflict::refuse)));
    const auto refused = try_push({job(), only(2, keyed(UniqueRule::OnConflict::refuse))});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(refused.error().field, "unique");
    EXPECT_EQ(count("jobs"), 1);
    EXPECT_EQ(keys(), 1);
}

TEST_F(Unique, Q6_RulesThatMakeNoSenseAreRefused) {
    NewJob bad = only(1, until(UniqueRule::Until::period));
    EXPECT_EQ(try_push({bad}).error().field, "unique.period_s");
    bad = only();
    bad.tracked = false;
    EXPECT_EQ(try_push({bad}).error().field, "tracked");
    bad = only();
    bad.unique->key = std::string(256, 'k');
    EXPECT_EQ(try_push({bad}).error().field, "unique.key");
    EXPECT_EQ(count("jobs"), 0);
}

TEST_F(Unique, Q6_TheKeyIsFreedByEveryEnd) {
    push(only());
    complete(take_one());
    EXPECT_EQ(keys(), 0);
    push(only());
    const ReservedJob written = take_one();
    value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return complete_if_mine(t, schema, {&written, "", "", ""});
    }));
    EXPECT_EQ(keys(), 0);
    push(only());
    give_up(take_one());
    EXPECT_EQ(keys(), 0);
    push(only());
    give_up(take_one(), true);
    EXPECT_EQ(keys(), 0);
    value_or_throw(cancel_job(*pool, soon(), schema, push(only())));
    EXPECT_EQ(keys(), 0);
    NewJob later = only();
    later.delay = std::chrono::hours(1);
    push_many({only(2), later});
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 2U);
    EXPECT_EQ(keys(), 0);
}

TEST_F(Unique, Q6_TheKeyIsHeldWhileTheJobIsMovedAbout) {
    const std::string uuid = push(only());
    ReservedJob held = take_one();
    EXPECT_EQ(push_one(only()).uuid, uuid); // running
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}), 1U);
    EXPECT_EQ(push_one(only()).uuid, uuid);
    held = take_one();
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, "", held.payload, 60, "e"}));
    EXPECT_EQ(push_one(only()).uuid, uuid); // backing off
    make_due();
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 1U);
    EXPECT_EQ(push_one(only()).uuid, uuid);
    held = take_one();
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}, 60), 1U); // snoozed
    EXPECT_EQ(push_one(only()).uuid, uuid);
    EXPECT_EQ(count("job_run"), 1);
}

TEST_F(Unique, Q6_AFormerHolderFreesNothing) {
    push(only());
    const ReservedJob lost = take_one();
    age_leases(60);
    const ReservedJob held = take_one(other);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&lost, "", "", ""}}), 1U);
    EXPECT_FALSE(fail_if_mine(*pool, soon(), schema, {&lost, "", "", "e", false}).has_value());
    EXPECT_EQ(keys(), 1);
    complete(held);
    EXPECT_EQ(keys(), 0);
}

TEST_F(Unique, Q6_UntilItStarts) {
    const NewJob one = only(1, until(UniqueRule::Until::start));
    const std::string uuid = push(one);
    EXPECT_EQ(push_one(one).uuid, uuid);
    const ReservedJob held = take_one();
    EXPECT_EQ(keys(), 0);
    // Given back unstarted it holds its key again,
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}), 1U);
    EXPECT_EQ(push_one(one).uuid, uuid);
    // unless another has it by then, whose key its own end leaves alone.
    const ReservedJob again = take_one();
    const std::string next = push(one);
    EXPECT_NE(next, uuid);
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&again}), 1U);
    EXPECT_EQ(text("SELECT job_uuid FROM job_unique"), next);
    value_or_throw(cancel_job(*pool, soon(), schema, uuid));
    EXPECT_EQ(text("SELECT job_uuid FROM job_unique"), next);
}

TEST_F(Unique, Q6_ForAPeriod) {
    const NewJob one = only(1, until(UniqueRule::Until::period, 3600));
    const std::string uuid = push(one);
    complete(take_one());
    const Pushed again = push_one(one);
    EXPECT_EQ(again.how, Pushed::How::existing);
    EXPECT_EQ(again.uuid, uuid);
    execute("UPDATE job_unique SET expires_at = UNIX_TIMESTAMP() - 1");
    EXPECT_EQ(how(one), "added");
    EXPECT_EQ(how(one), "existing");
    give_up(take_one()); // the work wasn't done
    EXPECT_EQ(how(one), "added");
    execute("UPDATE job_unique SET expires_at = UNIX_TIMESTAMP() - 2");
    prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(1000)));
    EXPECT_EQ(keys(), 0);
}

TEST_F(Unique, Q6_AJobThatVanishedBlocksNobody) {
    push(only());
    execute("DELETE FROM jobs");
    EXPECT_EQ(how(only()), "added");
    execute("DELETE FROM jobs");
    execute("DELETE FROM job_run");
    EXPECT_EQ(how(only()), "added");
    EXPECT_EQ(how(only()), "existing");
    push(replacing(1));
    execute("DELETE FROM jobs");
    EXPECT_EQ(how(replacing(2)), "added");
    EXPECT_EQ(how(replacing(3)), "replaced");
}

TEST_F(Unique, Q6_Bulk) {
    push(only(1));
    std::vector<NewJob> jobs;
    for (int i = 0; i < 1000; ++i) {
        jobs.push_back(only(i % 600));
    }
    jobs.push_back(job());
    const std::vector<Pushed> pushed = value_or_throw(try_push(jobs));
    EXPECT_EQ(count("jobs"), 1 + 599 + 1);
    EXPECT_EQ(pushed[1].how, Pushed::How::existing);
    EXPECT_EQ(pushed[0].how, Pushed::How::added);
    EXPECT_EQ(pushed[600].how, Pushed::How::existing);
    EXPECT_EQ(pushed[600].uuid, pushed[0].uuid);
    EXPECT_EQ(pushed[1000].how, Pushed::How::added);
    std::vector<ReservedJob> held = take(me, 700);
    std::vector<Completion> completions;
    for (const ReservedJob& one : held) {
        completions.push_back({&one, "", "", ""});
    }
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, completions), 0U);
    EXPECT_EQ(keys(), 0);
}

TEST_F(Unique, Q6_AFailedJobTakesItsKeyAgainOrStaysWhereItIs) {
    const std::string uuid = push(only());
    give_up(take_one());
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, uuid)), 1U);
    EXPECT_EQ(push_one(only()).uuid, uuid);
    give_up(take_one());
    push(only());
    const auto refused = retry_failed(*pool, soon(), schema, uuid);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, "")), 0U);
    EXPECT_EQ(count("failed_jobs"), 1);
    complete(take_one());
    execute("DELETE FROM job_run");
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, "")), 1U);
    EXPECT_EQ(push_one(only()).uuid, uuid); // whose run was pruned
}

TEST_F(Unique, Q6_OfManyThatPushAtOnceOneWins) {
    constexpr int threads_count = 8;
    constexpr int rounds = 25;
    for (int round = 0; round < rounds; ++round) {
        std::mutex mutex;
        std::vector<std::string> errors;
        std::set<std::string> uuids;
        int added = 0;
        std::vector<std::thread> threads;
        for (int thread = 0; thread < threads_count; ++thread) {
            threads.emplace_back([&, thread] {
                try {
                    // Some give up after claiming: then another must win.
                    if (thread % 4 == 3) {
                        mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& t) {
                            EXPECT_TRUE(queue::push_many(t, schema, {only(round)}).has_value());
                            return false;
                        });
                        return;
                    }
                    const Pushed pushed = push_one(only(round));
                    const std::lock_guard lock(mutex);
                    uuids.insert(pushed.uuid);
                    added += pushed.how == Pushed::How::added ? 1 : 0;
                } catch (const std::exception& error) {
                    const std::lock_guard lock(mutex);
                    errors.emplace_back(error.what());
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(errors, std::vector<std::string>());
        EXPECT_EQ(uuids.size(), 1U);
        EXPECT_EQ(added, 1);
    }
    EXPECT_EQ(count("jobs"), rounds);
}

} // namespace
} // namespace bgerp::queue
