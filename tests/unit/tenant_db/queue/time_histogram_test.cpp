// Q45: what a histogram of times tells.
#include "tenant_db/queue/time_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace bgerp::queue {
namespace {

using std::chrono::microseconds;

TEST(TimeHistogram, Q45_OfNothingIsNothing) {
    const TimeHistogram none;
    EXPECT_EQ(none.count(), 0U);
    EXPECT_EQ(none.average_us(), 0);
    EXPECT_EQ(none.percentile_us(0.99), 0);
}

TEST(TimeHistogram, Q45_EachTimeFallsIntoItsRange) {
    TimeHistogram times;
    for (const int us : {-5, 0, 124, 125, 249, 250}) {
        times.add(microseconds(us));
    }
    EXPECT_EQ(times.counts[0], 3U);
    EXPECT_EQ(times.counts[1], 2U);
    EXPECT_EQ(times.counts[2], 1U);
    times.add(std::chrono::hours(300));
    EXPECT_EQ(times.counts[TimeHistogram::buckets - 1], 1U);
    EXPECT_EQ(times.percentile_us(1), 300.0 * 3600 * 1'000'000) << "the longest is known exactly";
}

TEST(TimeHistogram, Q45_PercentilesAreWithinAFactorOfTwo) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::lognormal_distribution<double> spread(9, 2);
    TimeHistogram times;
    TimeHistogram first_half;
    std::vector<double> all;
    for (int i = 0; i < 5000; ++i) {
        const microseconds time(static_cast<std::int64_t>(spread(random)) + 125);
        (i < 2500 ? first_half : times).add(time);
        all.push_back(static_cast<double>(time.count()));
    }
    times.add(first_half);
    std::sort(all.begin(), all.end());
    for (const double share : {0.5, 0.95, 0.99}) {
        const double exact = all[static_cast<std::size_t>(share * 5000) - 1];
        EXPECT_GE(times.percentile_us(share), exact / 2) << share;
        EXPECT_LE(times.percentile_us(share), exact * 2) << share;
    }
    EXPECT_EQ(times.count(), 5000U);
    EXPECT_EQ(static_cast<double>(times.max_us), all.back());
    EXPECT_LE(times.percentile_us(0.5), times.percentile_us(0.95));
}

} // namespace
} // namespace bgerp::queue
