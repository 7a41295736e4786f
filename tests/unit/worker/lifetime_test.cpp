// Q33: workers that were started together end one after the other.
#include "worker/lifetime.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

TEST(Lifetime, Q33_is_spread_over_its_last_tenth) {
    EXPECT_EQ(spread_lifetime(1000s, 0.0), 1000s);
    EXPECT_EQ(spread_lifetime(1000s, 0.5), 950s);
    EXPECT_EQ(spread_lifetime(1000s, 1.0), 900s);
    EXPECT_EQ(spread_lifetime(1s, 0.25), 975ms);
}

TEST(Lifetime, Q33_is_for_ever_when_none_is_set) {
    EXPECT_EQ(spread_lifetime(0s, 0.5), 0s);
}

} // namespace
} // namespace bgerp::worker
