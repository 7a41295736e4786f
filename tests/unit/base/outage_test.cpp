#include "base/outage.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace bgerp {
namespace {

TEST(Outage, counts_failures_in_a_row_and_ends_its_pause_when_asked_to_stop) {
    Outage outage("test");
    StopSignal stop;
    stop.raise();
    const std::runtime_error error("away");
    for (int i = 1; i <= 50; ++i) { // each pause would be up to two seconds
        EXPECT_TRUE(outage.failed(error, stop));
        EXPECT_EQ(outage.failures(), i);
    }
    outage.succeeded();
    EXPECT_EQ(outage.failures(), 0);
}

TEST(Outage, refusals_in_a_row_are_hopeless_and_what_is_away_never_is) {
    Outage outage("test");
    StopSignal stop;
    stop.raise();
    const Failure refused(ErrorCode::internal, "no such column");
    const Failure away(ErrorCode::unavailable, "away");
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(outage.hopeless(refused)) << i;
        static_cast<void>(outage.failed(refused, stop));
    }
    EXPECT_TRUE(outage.hopeless(refused));
    EXPECT_FALSE(outage.hopeless(away));
    outage.succeeded();
    EXPECT_FALSE(outage.hopeless(refused));
}

TEST(Outage, pauses_once_and_goes_on) {
    Outage outage("test");
    const StopSignal stop;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(outage.failed(std::runtime_error("away"), stop));
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_GE(took, std::chrono::milliseconds(25)) << "half of the first pause at least";
}

} // namespace
} // namespace bgerp
