#include "server/blocking_pool.hpp"

#include <gtest/gtest.h>

#include <future>

namespace bgerp {
namespace {

TEST(BlockingPool, RefusesWhatDoesNotFitAndRunsWhatDoes) {
    std::promise<void> gate;
    std::shared_future<void> open = gate.get_future().share();
    std::promise<void> begun;
    std::atomic<int> done{0};
    BlockingPool pool(1, 2);
    ASSERT_TRUE(pool.try_post([&] {
        begun.set_value();
        open.wait();
        ++done;
    }));
    begun.get_future().wait();
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_TRUE(pool.try_post([&] { ++done; }));
    EXPECT_FALSE(pool.try_post([&] { ++done; }));
    EXPECT_EQ(pool.waiting(), 2U);
    EXPECT_EQ(pool.running(), 1U);
    gate.set_value();
    pool.stop();
    EXPECT_EQ(done, 3);
}

TEST(BlockingPool, StoppedItTakesNothing) {
    BlockingPool pool(2, 10);
    pool.stop();
    pool.stop();
    EXPECT_FALSE(pool.try_post([] {}));
}

} // namespace
} // namespace bgerp
