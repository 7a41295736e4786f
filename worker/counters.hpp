// What a worker has done since it started, for its log, its stop conditions and tests. Written by
// all its threads, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>

namespace bgerp::worker {

struct Counters {
    std::atomic<std::uint64_t> reserved{0};
    std::atomic<std::uint64_t> completed{0};
    std::atomic<std::uint64_t> retried{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> cancelled{0};
    std::atomic<std::uint64_t> released{0};
    std::atomic<std::uint64_t> lost{0}; // somebody else's when its end was to be written
};

} // namespace bgerp::worker
