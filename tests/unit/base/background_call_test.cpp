#include "base/background_call.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace bgerp {
namespace {

TEST(BackgroundCall, TheAnswerIsTakenOnceItIsThere) {
    std::promise<void> let_go;
    std::promise<void> done;
    BackgroundCall<int> call([&] { done.set_value(); });
    EXPECT_FALSE(call.busy());
    call.start([&] {
        let_go.get_future().wait();
        return 7;
    });
    EXPECT_TRUE(call.busy());
    EXPECT_FALSE(call.take());
    let_go.set_value();
    done.get_future().wait();
    EXPECT_EQ(call.take(), 7);
    EXPECT_FALSE(call.busy());
}

TEST(BackgroundCall, OneCallAfterAnother) {
    BackgroundCall<int> call([] {});
    for (int i = 0; i < 100; ++i) {
        call.start([i] { return i; });
        EXPECT_EQ(call.wait(), i);
    }
}

TEST(BackgroundCall, WhatItEndedWithIsThrownByWhoTakesIt) {
    BackgroundCall<int> call([] {});
    call.start([]() -> int { throw std::runtime_error("lost"); });
    EXPECT_THROW(static_cast<void>(call.wait()), std::runtime_error);
    EXPECT_FALSE(call.busy());
    call.start([] { return 1; });
    EXPECT_EQ(call.wait(), 1);
}

TEST(BackgroundCall, ItsEndWaitsForTheCallUnderWay) {
    std::atomic<bool> ended{false};
    std::promise<void> begun;
    {
        BackgroundCall<int> call([] {});
        call.start([&] {
            begun.set_value();
            std::this_thread::yield();
            ended.store(true);
            return 0;
        });
        begun.get_future().wait();
    }
    EXPECT_TRUE(ended.load());
}

} // namespace
} // namespace bgerp
