// Q45: what a worker counts before it is written.
#include "base/ids.hpp"
#include "worker/attempt_stats.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;
using queue::Verdict;

class AttemptStatsTest : public ::testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<HeldJob> held(const std::string& queue) const {
        queue::ReservedJob job;
        job.key.queue = queue;
        return std::make_unique<HeldJob>(
            tenant_,
            std::make_shared<LaneMeter>(),
            job,
            std::chrono::steady_clock::now()
        );
    }

    [[nodiscard]] queue::JobCounts only_counts() {
        const auto taken = stats_.take();
        EXPECT_EQ(taken.size(), 1U);
        EXPECT_EQ(taken.at(0).stats.size(), 1U);
        return taken.at(0).stats.at(0).counts;
    }

    const std::shared_ptr<ServedTenant> tenant_ =
        std::make_shared<ServedTenant>(1, "acme", "bgerp_t_acme", 1.0, nullptr);
    AttemptStats stats_;
};

TEST_F(AttemptStatsTest, Q45_EachEndIsCountedOnce) {
    const auto job = held("mail");
    for (const Verdict verdict :
         {Verdict::complete,
          Verdict::complete,
          Verdict::fail,
          Verdict::retry,
          Verdict::cancel,
          Verdict::release,
          Verdict::drop,
          Verdict::leave}) {
        stats_.started(*job, "send", 3ms);
        stats_.ended(*job, "send", verdict, 2ms);
    }
    const queue::JobCounts counts = only_counts();
    EXPECT_EQ(counts.started, 8U);
    EXPECT_EQ(counts.completed, 2U);
    EXPECT_EQ(counts.failed, 1U);
    EXPECT_EQ(counts.retried, 1U);
    EXPECT_EQ(counts.cancelled, 1U);
    EXPECT_EQ(counts.wait.count(), 8U);
    EXPECT_EQ(counts.run.count(), 5U);
    EXPECT_DOUBLE_EQ(counts.failure_rate(), 0.5);
    EXPECT_TRUE(stats_.take().empty()) << "taken is taken";
}

TEST_F(AttemptStatsTest, Q45_QueuesAndKindsAreKeptApart) {
    const auto mail = held("mail");
    const auto slow = held("slow");
    stats_.started(*mail, "a", 1ms);
    stats_.started(*slow, "a", 1ms);
    stats_.started(*mail, "b", 1ms);
    stats_.started(*mail, "a", 1ms);
    const auto taken = stats_.take();
    ASSERT_EQ(taken.size(), 1U);
    ASSERT_EQ(taken[0].stats.size(), 3U);
    EXPECT_EQ(taken[0].stats[0].queue + "/" + taken[0].stats[0].kind, "mail/a");
    EXPECT_EQ(taken[0].stats[0].counts.started, 2U);
}

TEST_F(AttemptStatsTest, Q45_ManyQueuesAreCountedTogether) {
    constexpr std::size_t more = 50;
    for (std::size_t i = 0; i < queue::stats_kept_apart_max + more; ++i) {
        const auto job = held("q" + std::to_string(i));
        stats_.ended(*job, "k", Verdict::complete, {});
        stats_.ended(*job, "k", Verdict::complete, {});
    }
    const auto taken = stats_.take();
    ASSERT_EQ(taken[0].stats.size(), queue::stats_kept_apart_max + 1);
    EXPECT_EQ(taken[0].stats[0].queue, "");
    EXPECT_EQ(taken[0].stats[0].counts.completed, 2 * more);
}

TEST_F(AttemptStatsTest, Q45_ThreadsLoseNothing) {
    constexpr int threads = 8;
    constexpr int jobs = 2000;
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
        running.emplace_back([&] {
            const auto job = held("mail");
            for (int n = 0; n < jobs; ++n) {
                stats_.ended(*job, "k", Verdict::complete, 1us);
            }
        });
    }
    std::uint64_t seen = 0;
    const auto look = [&] {
        for (const auto& tenant : stats_.take()) {
            seen += tenant.stats.at(0).counts.completed;
        }
    };
    look(); // while they count
    for (std::thread& thread : running) {
        thread.join();
    }
    look();
    EXPECT_EQ(seen, static_cast<std::uint64_t>(threads) * jobs);
}

class WaitedTest : public ::testing::Test {
protected:
    WaitedTest() {
        job_.fence.attempts = 1;
        job_.created_at = job_.available_at = 1'000'000;
    }

    [[nodiscard]] std::chrono::milliseconds
    wait(std::string_view uuid, std::int64_t database_now_s, std::int64_t host_now_ms) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(waited(
            job_,
            uuid,
            database_now_s,
            std::chrono::system_clock::time_point(std::chrono::milliseconds(host_now_ms))
        ));
    }

    // Version 7, made at 1,000,000.200 s.
    static constexpr std::string_view made_at_200 = "00003b9a-cac8-7000-8000-000000000000";

    queue::ReservedJob job_;
};

TEST_F(WaitedTest, Q45_MillisecondsComeFromTheUuid) {
    ASSERT_EQ(uuid_time(made_at_200)->time_since_epoch(), 1'000'000'200ms);
    EXPECT_EQ(wait(made_at_200, 1'000'000, 1'000'000'207), 7ms);
    EXPECT_EQ(wait(made_at_200, 1'000'003, 1'000'003'500), 3300ms);
    EXPECT_EQ(wait(made_at_200, 1'000'000, 1'000'000'100), 0ms) << "clocks differ a little";
}

TEST_F(WaitedTest, Q45_OtherwiseTheRowTells) {
    EXPECT_EQ(wait("", 1'000'004, 1'000'004'500), 4000ms);
    EXPECT_EQ(wait("00003b9a-cac8-4000-8000-000000000000", 1'000'004, 1'000'004'500), 4000ms);
    EXPECT_EQ(wait(made_at_200, 1'000'004, 1'000'090'000), 4000ms) << "the host's clock is off";
    EXPECT_EQ(wait("", 999'990, 0), 0ms);
    job_.fence.attempts = 2;
    EXPECT_EQ(wait(made_at_200, 1'000'001, 1'000'001'300), 1000ms) << "it waited for its backoff";
    job_.fence.attempts = 1;
    job_.available_at += 1;
    EXPECT_EQ(wait(made_at_200, 1'000'002, 1'000'002'300), 1000ms) << "it was delayed";
}

} // namespace
} // namespace bgerp::worker
