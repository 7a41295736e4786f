#include "cli/duration.hpp"

#include <charconv>
#include <cstdint>
#include <limits>

namespace bgerp::cli {

namespace {

std::int64_t seconds_in(char unit) {
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    default:
        return 0;
    }
}

} // namespace

Result<std::chrono::seconds> parse_duration(const std::string& text, const std::string& field) {
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, count);
    std::int64_t unit = 1;
    if (parsed.ptr != end) {
        unit = parsed.ptr + 1 == end ? seconds_in(*parsed.ptr) : 0;
    }
    const bool fits =
        unit > 0 && count >= 0 && count <= std::numeric_limits<std::int32_t>::max() / unit;
    if (parsed.ec != std::errc() || !fits) {
        return fail(
            ErrorCode::invalid_argument,
            field + " must be a time such as 90s, 5m, 12h or 30d, is '" + text + "'",
            field
        );
    }
    return std::chrono::seconds(count * unit);
}

} // namespace bgerp::cli
