// The limits of the HTTP core, each with its reason. A value type, set once at start.
#pragma once

#include <chrono>
#include <cstddef>

namespace bgerp::http {

/// A streamed body or file moves in pieces of this size: enough for the disk, little for memory.
/// A client must deliver or take one within the idle time, so it is also a lowest speed.
inline constexpr std::size_t piece_bytes = 256UL * 1024;

/// A longer path or query belongs into a body.
inline constexpr std::size_t target_bytes_max = 8UL * 1024;

struct Limits {
    std::size_t connections_max = 4096;               // one costs about 20 KiB
    std::size_t header_bytes_max = 16UL * 1024;       // of a request's whole head
    std::chrono::milliseconds request_time{30'000};   // for a head or body in memory to arrive
    std::chrono::milliseconds idle_time{60'000};      // without a byte, or for one piece
    std::chrono::milliseconds shutdown_grace{10'000}; // for requests under way when stopping
};

} // namespace bgerp::http
