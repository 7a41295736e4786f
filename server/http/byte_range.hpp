// The Range field of a request (RFC 9110 section 14) against a file's size. Pure code.
#pragma once

#include <cstdint>
#include <string_view>

namespace bgerp::http {

struct ByteRange {
    enum class Kind {
        whole,   // no range asked for, or one that may be ignored (several, another unit)
        part,    // [first, first + length)
        outside, // nothing of it is in the file
    };

    Kind kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
};

/// Understands `bytes=a-b`, `bytes=a-` and `bytes=-n`.
[[nodiscard]] ByteRange byte_range(std::string_view field, std::uint64_t size);

} // namespace bgerp::http
