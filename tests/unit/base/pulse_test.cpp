#include "base/pulse.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

TEST(Pulse, names_the_loops_that_dont_turn) {
    Pulse pulse;
    EXPECT_TRUE(pulse.stuck(std::chrono::milliseconds(0)).empty()) << "no loops, none stuck";
    Pulse::Beat& beat = pulse.add("reserver");
    EXPECT_TRUE(pulse.stuck(std::chrono::hours(1)).empty());
    EXPECT_EQ(pulse.stuck(std::chrono::milliseconds(-1)), std::vector<std::string>{"reserver"});
    const auto before = beat.last();
    beat.touch();
    EXPECT_GE(beat.last(), before);
}

} // namespace
} // namespace bgerp
