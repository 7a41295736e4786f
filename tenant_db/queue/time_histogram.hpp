// How long many things took, in a few numbers: count, sum, maximum, and how many fell into each of
// 26 ranges, each twice as wide as the one before (up to 125 µs, 250 µs, 500 µs … 35 minutes,
// more). Histograms add up, over minutes, workers and queues, which averages and percentiles don't.
// A percentile is read from it to within a factor of two at worst, usually far better. A value
// type; pure.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bgerp::queue {

struct TimeHistogram {
    static constexpr std::size_t buckets = 26;

    std::array<std::uint64_t, buckets> counts{};
    std::uint64_t sum_us = 0;
    std::uint64_t max_us = 0;

    /// The end of a range in microseconds; the last one has none.
    [[nodiscard]] static constexpr std::uint64_t end_us(std::size_t bucket) {
        constexpr std::uint64_t first_end_us = 125;
        return first_end_us << bucket;
    }

    /// Negative times (clocks disagree) count as none.
    void add(std::chrono::microseconds time) {
        const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
        std::size_t bucket = 0;
        while (bucket + 1 < buckets && us >= end_us(bucket)) {
            ++bucket;
        }
        ++counts[bucket];
        sum_us += us;
        max_us = std::max(max_us, us);
    }

    void add(const TimeHistogram& other) {
        for (std::size_t i = 0; i < buckets; ++i) {
            counts[i] += other.counts[i];
        }
        sum_us += other.sum_us;
        max_us = std::max(max_us, other.max_us);
    }

    [[nodiscard]] std::uint64_t count() const;

    /// 0 of nothing.
    [[nodiscard]] double average_us() const;

    /// The time that `share` (0 to 1) of all took at most, as if they were spread evenly within
    /// their range. 0 of nothing.
    [[nodiscard]] double percentile_us(double share) const;
};

} // namespace bgerp::queue
