// Small sums of the benchmarks. Pure code.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace bgerp::cli {

[[nodiscard]] inline std::uint64_t
per_second(std::size_t count, std::chrono::steady_clock::duration took) {
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 1e-6);
    return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
}

/// The value below which `part` (0 to 1) of the values lie; 0 without any.
[[nodiscard]] inline double percentile(std::vector<double> values, double part) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

} // namespace bgerp::cli
