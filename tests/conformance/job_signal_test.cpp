// Q17: jobs that wait for a signal, from every state, and racing with the one who sends it.
#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <atomic>
#include <iostream>
#include <random>
#include <thread>

namespace bgerp::queue {
namespace {

using std::chrono::seconds;
using Is = SignalWait::Is;

class Signal : public QueueFixture {
protected:
    Signal()
        : uuid(push(job())) {}

    Result<SignalSent> send(const std::string& signal, const Json& payload = nullptr) {
        return send_signal(*pool, soon(), schema, uuid, signal, payload);
    }

    Result<SignalWait>
    ask(const ReservedJob& held, const std::string& signal, std::optional<seconds> timeout = {}) {
        return await_signal_if_mine(*pool, soon(), schema, held, signal, timeout);
    }

    Json shown() { return value_or_throw(show_job(*pool->acquire(soon()), schema, uuid)); }

    // The job sleeps, and its time is over.
    void let_time_pass() {
        execute("UPDATE job_step SET value = 1 WHERE name LIKE 'signal:%'");
        make_due();
        ASSERT_EQ(promote_due(*pool, soon(), schema, 10), 1U);
    }

    std::string uuid;
};

TEST_F(Signal, Q17_OneThatCameBeforeIsThere) {
    EXPECT_FALSE(value_or_throw(send("approved", {{"by", "ann"}})).woke); // it waits in its queue
    const ReservedJob held = take_one();
    EXPECT_FALSE(value_or_throw(send("late")).woke); // it runs
    const SignalWait there = value_or_throw(ask(held, "approved", seconds(5)));
    EXPECT_EQ(there.is, Is::there);
    EXPECT_EQ(there.payload, (Json{{"by", "ann"}}));
    EXPECT_EQ(value_or_throw(ask(held, "late")).is, Is::there);
    // Asked again, by whoever runs the job after a crash, it is still there.
    age_leases(20);
    EXPECT_EQ(value_or_throw(ask(take_one(other), "approved")).payload.at("by"), "ann");
    EXPECT_EQ(count("jobs"), 1);
}

TEST_F(Signal, Q17_AsleepItTakesNoAttemptAndIsWokenByTheSignal) {
    const ReservedJob held = take_one();
    EXPECT_EQ(value_or_throw(ask(held, "approved", seconds(3600))).is, Is::asleep);
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(shown().at("state"), "scheduled");
    EXPECT_EQ(shown().at("waiting_for"), "approved");
    EXPECT_EQ(shown().at("attempts"), 0);
    EXPECT_FALSE(value_or_throw(send("something else")).woke);
    EXPECT_EQ(count("job_delayed"), 1);
    EXPECT_TRUE(value_or_throw(send("approved", {{"n", 1}})).woke);
    EXPECT_EQ(shown().at("state"), "available");
    EXPECT_TRUE(shown().at("waiting_for").is_null());
    EXPECT_EQ(count("job_delayed"), 0);
    const ReservedJob again = take_one();
    EXPECT_EQ(again.fence.attempts, 1);
    EXPECT_EQ(again.flags, flag_tracked | flag_steps);
    EXPECT_EQ(value_or_throw(ask(again, "approved", seconds(3600))).payload.at("n"), 1);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&again, uuid, "", ""}}), 0U);
    EXPECT_EQ(count("job_step"), 0);
    EXPECT_EQ(send("approved").error().code, ErrorCode::conflict);
}

TEST_F(Signal, Q17_WithoutItTheTimeComes) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(60))).is, Is::asleep);
    EXPECT_GT(number("SELECT available_at - UNIX_TIMESTAMP() FROM job_delayed"), 55);
    let_time_pass();
    const ReservedJob held = take_one();
    EXPECT_EQ(value_or_throw(ask(held, "approved", seconds(60))).is, Is::timed_out);
    EXPECT_EQ(value_or_throw(ask(held, "approved", seconds(60))).is, Is::timed_out);
    // Another one's time is its own.
    EXPECT_EQ(value_or_throw(ask(held, "second", seconds(60))).is, Is::asleep);
}

TEST_F(Signal, Q17_TheTimeRunsFromWhenTheJobFirstAsked) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(600))).is, Is::asleep);
    const std::int64_t until = number("SELECT value FROM job_step");
    make_due(); // woken by something else than its time
    promote_due(*pool, soon(), schema, 10);
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(600))).is, Is::asleep);
    EXPECT_EQ(number("SELECT value FROM job_step"), until);
    // The statements may lie some seconds apart.
    EXPECT_LE(number("SELECT available_at FROM job_delayed"), until + 30);
}

TEST_F(Signal, Q17_WithoutATimeItWaitsAsLongAsItTakes) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved")).is, Is::asleep);
    EXPECT_GT(number("SELECT available_at - UNIX_TIMESTAMP() FROM job_delayed"), 300'000'000);
    EXPECT_EQ(ask(ReservedJob(), "x", seconds(-1)).error().code, ErrorCode::invalid_argument);
}

TEST_F(Signal, Q17_WhoLostTheLeasePutsNothingToSleep) {
    const ReservedJob frozen = take_one(me);
    age_leases(20);
    take_one(other);
    EXPECT_EQ(ask(frozen, "approved").error().code, ErrorCode::lease_lost);
    EXPECT_EQ(count("job_delayed"), 0);
    EXPECT_EQ(count("job_step"), 0);
}

TEST_F(Signal, Q17_AWishToCancelIsNotSleptOver) {
    const ReservedJob held = take_one();
    value_or_throw(cancel_job(*pool, soon(), schema, uuid));
    EXPECT_EQ(ask(held, "approved").error().code, ErrorCode::cancelled);
    EXPECT_EQ(count("jobs"), 1);
}

TEST_F(Signal, Q17_AsleepItCanBeCancelled) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved")).is, Is::asleep);
    EXPECT_EQ(value_or_throw(cancel_job(*pool, soon(), schema, uuid)), "cancelled");
    EXPECT_EQ(count("job_delayed") + count("job_step"), 0);
    EXPECT_EQ(send("approved").error().code, ErrorCode::conflict);
}

TEST_F(Signal, Q17_ASnoozedJobIsNotWoken) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(60))).is, Is::asleep);
    let_time_pass();
    const ReservedJob held = take_one();
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}, 60), 1U);
    EXPECT_TRUE(shown().at("waiting_for").is_null());
    EXPECT_FALSE(value_or_throw(send("approved")).woke);
    EXPECT_EQ(count("job_delayed"), 1);
}

TEST_F(Signal, Q17_TheSameAgainChangesNothing) {
    EXPECT_FALSE(value_or_throw(send("approved", 1)).woke);
    EXPECT_TRUE(send("approved", 1).has_value());
    EXPECT_EQ(send("approved", 2).error().code, ErrorCode::conflict);
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved")).payload, 1);
}

TEST_F(Signal, Q17_WhatCantBeASignalIsRefused) {
    EXPECT_EQ(send("").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(send(std::string(101, 'x')).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(send("x", std::string(70'000, 'x')).error().code, ErrorCode::too_large);
    for (int i = 0; i < 32; ++i) {
        EXPECT_TRUE(send(std::to_string(i)).has_value());
    }
    EXPECT_EQ(send("one too many").error().code, ErrorCode::invalid_argument);
    uuid = new_uuid();
    EXPECT_EQ(send("x").error().code, ErrorCode::not_found);
    uuid = "none";
    EXPECT_EQ(send("x").error().code, ErrorCode::not_found);
    NewJob untracked = job();
    untracked.tracked = false;
    untracked.queue = "other";
    uuid = push(untracked);
    EXPECT_EQ(send("x").error().code, ErrorCode::not_found);
    EXPECT_EQ(ask(take(me, 1, "other").front(), "x").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(count("jobs", "queue = 'other'"), 1);
}

TEST_F(Signal, Q17_AFailedJobThatIsRetriedWaitsAnew) {
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(60))).is, Is::asleep);
    let_time_pass();
    const ReservedJob held = take_one();
    ASSERT_EQ(value_or_throw(ask(held, "approved", seconds(60))).is, Is::timed_out);
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, uuid, "", "late", false}));
    value_or_throw(retry_failed(*pool, soon(), schema, uuid));
    EXPECT_EQ(value_or_throw(ask(take_one(), "approved", seconds(60))).is, Is::asleep);
}

// The one goes to sleep while the other signals: whoever is second sees the first.
TEST_F(Signal, Q17_NoneIsLostBetweenAskingAndSleeping) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random(seed);
    constexpr int rounds = 60;
    int slept = 0;
    for (int round = 0; round < rounds; ++round) {
        execute("DELETE FROM jobs");
        uuid = push(job());
        const ReservedJob held = take_one();
        std::atomic<bool> go = false;
        Is was = Is::timed_out;
        bool woke = false;
        const auto head_start = std::chrono::microseconds(random() % 1500);
        const bool sleeper_first = random() % 2 == 0;
        const auto wait_for_start = [&](bool handicapped) {
            while (!go) {
                std::this_thread::yield();
            }
            const auto until = std::chrono::steady_clock::now() + head_start;
            while (handicapped && std::chrono::steady_clock::now() < until) {
                std::this_thread::yield();
            }
        };
        std::thread sleeper([&] {
            wait_for_start(!sleeper_first);
            was = value_or_throw(ask(held, "approved", seconds(3600))).is;
        });
        std::thread sender([&] {
            wait_for_start(sleeper_first);
            woke = value_or_throw(send("approved", round)).woke;
        });
        go = true;
        sleeper.join();
        sender.join();
        ASSERT_EQ(was == Is::asleep, woke) << "round " << round;
        slept += woke ? 1 : 0;
        if (woke) {
            ASSERT_EQ(value_or_throw(ask(take_one(), "approved")).payload, round);
        }
        ASSERT_EQ(count("job_delayed"), 0);
    }
    std::cout << slept << " of " << rounds << " slept\n";
}

} // namespace
} // namespace bgerp::queue
