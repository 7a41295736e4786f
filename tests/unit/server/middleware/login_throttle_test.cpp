#include "server/middleware/login_throttle.hpp"

#include <gtest/gtest.h>

namespace bgerp::server {
namespace {

class HandClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override { return {}; }

    std::chrono::steady_clock::time_point steady_now() const override { return at; }

    std::chrono::steady_clock::time_point at;
};

class LoginThrottleTest : public ::testing::Test {
protected:
    void fail(int times, const std::string& account, const std::string& address) {
        for (int i = 0; i < times; ++i) {
            throttle_.failed(account, address);
        }
    }

    HandClock clock_;
    LoginThrottle throttle_{clock_, 3};
};

TEST_F(LoginThrottleTest, StopsThePairAndNobodyElse) {
    fail(2, "ann", "1.1.1.1");
    EXPECT_TRUE(throttle_.allows("ann", "1.1.1.1"));
    fail(1, "ann", "1.1.1.1");
    EXPECT_FALSE(throttle_.allows("ann", "1.1.1.1"));
    EXPECT_TRUE(throttle_.allows("ann", "2.2.2.2")) << "the owner gets in from elsewhere";
    EXPECT_TRUE(throttle_.allows("bob", "1.1.1.1"));
}

TEST_F(LoginThrottleTest, StopsAnAddressThatTriesManyAccounts) {
    for (int i = 0; i < 30; ++i) {
        EXPECT_TRUE(throttle_.allows("account" + std::to_string(i), "1.1.1.1"));
        fail(1, "account" + std::to_string(i), "1.1.1.1");
    }
    EXPECT_FALSE(throttle_.allows("another", "1.1.1.1"));
}

TEST_F(LoginThrottleTest, ForgetsAfterAQuarterHour) {
    fail(3, "ann", "1.1.1.1");
    clock_.at += std::chrono::minutes(14);
    EXPECT_FALSE(throttle_.allows("ann", "1.1.1.1"));
    clock_.at += std::chrono::minutes(1);
    EXPECT_TRUE(throttle_.allows("ann", "1.1.1.1"));
    fail(2, "ann", "1.1.1.1");
    EXPECT_TRUE(throttle_.allows("ann", "1.1.1.1")) << "a window of its own";
}

TEST_F(LoginThrottleTest, SuccessClearsThePair) {
    fail(2, "ann", "1.1.1.1");
    throttle_.succeeded("ann", "1.1.1.1");
    fail(2, "ann", "1.1.1.1");
    EXPECT_TRUE(throttle_.allows("ann", "1.1.1.1"));
}

} // namespace
} // namespace bgerp::server
