#include "server/http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bgerp::http {

namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

} // namespace

ByteRange byte_range(std::string_view field, std::uint64_t size) {
    const ByteRange whole{ByteRange::Kind::whole, 0, size};
    const ByteRange outside{ByteRange::Kind::outside, 0, 0};
    constexpr std::string_view unit = "bytes=";
    const std::size_t dash = field.find('-');
    if (!field.starts_with(unit) || dash == std::string_view::npos) {
        return whole;
    }
    const std::string_view from = field.substr(unit.size(), dash - unit.size());
    const std::string_view to = field.substr(dash + 1);
    const auto first = number_of(from);
    const auto last = number_of(to);
    if (from.empty() && last) { // the last n bytes
        const std::uint64_t length = std::min(*last, size);
        return length == 0 ? outside : ByteRange{ByteRange::Kind::part, size - length, length};
    }
    if (!first || (!to.empty() && !last) || (last && *last < *first)) {
        return whole;
    }
    if (*first >= size) {
        return outside;
    }
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {ByteRange::Kind::part, *first, end - *first + 1};
}

} // namespace bgerp::http
