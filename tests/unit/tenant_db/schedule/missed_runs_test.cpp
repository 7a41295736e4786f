// S3: what becomes of runs that are late, by policy.
#include "tenant_db/schedule/missed_runs.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <vector>

namespace bgerp::schedule {
namespace {

constexpr std::int64_t noon = 1'793'534'400; // 2026-11-01T12:00:00Z
constexpr std::int64_t day = 86'400;

CronSchedule cron(const char* expression) {
    return value_or_throw(CronSchedule::parse(expression));
}

// All runs that are fired, one turn after the other, until nothing is due at `now_s`.
std::vector<std::int64_t>
fired(const CronSchedule& times, MissedPolicy policy, std::int64_t due_at, std::int64_t now_s) {
    std::vector<std::int64_t> runs;
    std::optional<std::int64_t> next = due_at;
    while (next && *next <= now_s) {
        const Turn turn = turn_at(times, policy, *next, now_s);
        if (turn.fires) {
            runs.push_back(turn.run);
        }
        if (!turn.next || *turn.next <= *next) {
            ADD_FAILURE() << "it stands still";
            break;
        }
        next = turn.next;
    }
    return runs;
}

TEST(MissedRuns, WhatIsOnlySlowRunsEachByItself) {
    for (const auto policy : {MissedPolicy::once, MissedPolicy::skip, MissedPolicy::backfill}) {
        const auto runs = fired(cron("*/20 * * * * *"), policy, noon, noon + 60);
        EXPECT_EQ(runs, (std::vector<std::int64_t>{noon, noon + 20, noon + 40, noon + 60}));
    }
}

TEST(MissedRuns, OnceIsOneHoweverMany) {
    const auto runs = fired(cron("* * * * *"), MissedPolicy::once, noon, noon + day + 30);
    EXPECT_EQ(runs, std::vector<std::int64_t>{noon});
}

TEST(MissedRuns, SkipLeavesOutAllButWhatIsOnlySlow) {
    const auto runs = fired(cron("* * * * *"), MissedPolicy::skip, noon, noon + day + 30);
    EXPECT_EQ(runs, std::vector<std::int64_t>{noon + day});
    EXPECT_TRUE(fired(cron("0 12 * * *"), MissedPolicy::skip, noon, noon + 3600).empty());
}

TEST(MissedRuns, BackfillIsEachOfThemUpToAHundred) {
    const auto of_days = fired(cron("0 12 * * *"), MissedPolicy::backfill, noon, noon + 7 * day);
    ASSERT_EQ(of_days.size(), 8U);
    EXPECT_EQ(of_days.front(), noon);
    EXPECT_EQ(of_days.back(), noon + 7 * day);
    const auto of_minutes =
        fired(cron("* * * * *"), MissedPolicy::backfill, noon, noon + 30 * day + 30);
    ASSERT_EQ(of_minutes.size(), 100U) << "the newest of 43,201";
    EXPECT_EQ(of_minutes.front(), noon + 30 * day - std::int64_t{99} * 60);
    EXPECT_EQ(of_minutes.back(), noon + 30 * day);
}

// A year of seconds in June alone: nothing may walk over them all.
TEST(MissedRuns, BackfillOfVeryManyIsNotSlow) {
    const auto runs = fired(cron("* * * * 6 *"), MissedPolicy::backfill, noon - 365 * day, noon);
    EXPECT_EQ(runs.size(), 100U);
}

// Against walking over every run there was.
TEST(MissedRuns, BackfillIsTheTailOfAllRuns) {
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random(seed);
    const std::vector<const char*> expressions{
        "* * * * *",
        "*/7 3-5 * * *",
        "0 9 * * mon",
        "0 0 1 * *",
        "30 0,1 * * * *",
        "5 4 29 2 *"};
    for (int round = 0; round < 60; ++round) {
        const CronSchedule times = cron(expressions[random() % expressions.size()]);
        const std::int64_t now_s = noon + static_cast<std::int64_t>(random() % (400 * day));
        const auto start = std::chrono::sys_seconds(
            std::chrono::seconds(now_s - static_cast<std::int64_t>(random() % (20 * day)))
        );
        std::vector<std::int64_t> all;
        for (auto run = times.next_after(start); run; run = times.next_after(*run)) {
            const std::int64_t at = run->time_since_epoch().count();
            if (at > now_s) {
                break;
            }
            all.push_back(at);
        }
        if (all.empty() || now_s - all.front() <= late_s_max) {
            continue;
        }
        const std::size_t kept = std::min<std::size_t>(all.size(), backfill_runs_max);
        const std::vector<std::int64_t> tail(all.end() - static_cast<long>(kept), all.end());
        const auto made_up = fired(times, MissedPolicy::backfill, all.front(), now_s);
        ASSERT_EQ(made_up, tail) << "round " << round;
    }
}

} // namespace
} // namespace bgerp::schedule
