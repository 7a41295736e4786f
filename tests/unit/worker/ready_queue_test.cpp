#include "worker/ready_queue.hpp"

#include <gtest/gtest.h>

#include <future>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

HeldJobPtr job(HeldJob::Time since = SteadyClock::now()) {
    return std::make_shared<HeldJob>(nullptr, nullptr, queue::ReservedJob{}, since);
}

TEST(ReadyQueue, gives_jobs_in_order) {
    ReadyQueue ready;
    const auto first = job();
    const auto second = job();
    ready.push({first, second});
    EXPECT_EQ(ready.take(), first);
    EXPECT_EQ(ready.take(), second);
}

TEST(ReadyQueue, some_go_first) {
    ReadyQueue ready;
    const auto stock = job();
    const auto first = job();
    const auto second = job();
    ready.push({stock});
    ready.push({first, second}, true);
    EXPECT_EQ(ready.take(), first);
    EXPECT_EQ(ready.take(), second);
    EXPECT_EQ(ready.take(), stock);
}

TEST(ReadyQueue, an_idle_slot_is_room_until_it_has_a_job) {
    ReadyQueue ready;
    EXPECT_EQ(ready.room(0), 0U);
    auto slot = std::async(std::launch::async, [&] { return ready.take(); });
    ready.wait_for_room(0, 10s);
    EXPECT_EQ(ready.room(0), 1U);
    const auto one = job();
    ready.push({one});
    EXPECT_EQ(slot.get(), one);
    EXPECT_EQ(ready.room(0), 0U);
}

TEST(ReadyQueue, a_stock_is_filled_up_at_half) {
    ReadyQueue ready;
    EXPECT_EQ(ready.room(4), 4U);
    ready.push({job(), job(), job()});
    EXPECT_EQ(ready.room(4), 1U);
    auto reserver = std::async(std::launch::async, [&] {
        const auto started = SteadyClock::now();
        ready.wait_for_room(4, 60s);
        return SteadyClock::now() - started;
    });
    static_cast<void>(ready.take());
    EXPECT_LT(reserver.get(), 60s);
    EXPECT_EQ(ready.room(4), 2U);
}

TEST(ReadyQueue, a_nudge_ends_the_wait) {
    ReadyQueue ready;
    ready.nudge();
    const auto started = SteadyClock::now();
    ready.wait_for_room(0, 60s);
    EXPECT_LT(SteadyClock::now() - started, 60s);
}

TEST(ReadyQueue, old_stock_is_taken_out) {
    ReadyQueue ready;
    const auto now = SteadyClock::now();
    const auto old = job(now - 2s);
    ready.push({old, job(now)});
    const auto stale = ready.take_older_than(now - 1s);
    ASSERT_EQ(stale.size(), 1U);
    EXPECT_EQ(stale.front(), old);
    EXPECT_EQ(ready.size(), 1U);
}

TEST(ReadyQueue, closing_gives_back_what_waits_and_frees_the_slots) {
    ReadyQueue ready;
    ready.push({job(), job()});
    EXPECT_EQ(ready.close().size(), 2U);
    EXPECT_EQ(ready.take(), nullptr);
    ReadyQueue other;
    auto slot = std::async(std::launch::async, [&] { return other.take(); });
    other.wait_for_room(0, 10s);
    EXPECT_TRUE(other.close().empty());
    EXPECT_EQ(slot.get(), nullptr);
}

} // namespace
} // namespace bgerp::worker
