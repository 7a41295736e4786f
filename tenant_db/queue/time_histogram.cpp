#include "tenant_db/queue/time_histogram.hpp"

#include <numeric>

namespace bgerp::queue {

std::uint64_t TimeHistogram::count() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double TimeHistogram::average_us() const {
    const std::uint64_t all = count();
    return all == 0 ? 0 : static_cast<double>(sum_us) / static_cast<double>(all);
}

double TimeHistogram::percentile_us(double share) const {
    const double wanted = share * static_cast<double>(count());
    double before = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        const auto here = static_cast<double>(counts[i]);
        if (here > 0 && before + here >= wanted) {
            const auto longest = static_cast<double>(max_us);
            const double from = i == 0 ? 0 : static_cast<double>(end_us(i - 1));
            const double to =
                i + 1 == buckets ? longest : std::min(static_cast<double>(end_us(i)), longest);
            return from + std::max(to - from, 0.0) * (wanted - before) / here;
        }
        before += here;
    }
    return static_cast<double>(max_us);
}

} // namespace bgerp::queue
