#include "worker/lifetime.hpp"

namespace bgerp::worker {

std::chrono::milliseconds spread_lifetime(std::chrono::seconds longest, double chance) {
    constexpr double largest_part_off = 0.1;
    return std::chrono::round<std::chrono::milliseconds>(
        longest * (1.0 - largest_part_off * chance)
    );
}

} // namespace bgerp::worker
