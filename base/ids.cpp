#include "base/ids.hpp"

#include "base/crypto.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace bgerp {

namespace {

constexpr std::size_t org_code_length_max = 41; // database names end at 64, accounts at 32

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr std::uint64_t ticks_per_ms = 4096; // twelve bits, the place RFC 9562, 6.2 leaves for it

// The time in 1/4096 ms, later at each call than at any before it in this process, whatever the
// clock does.
std::uint64_t next_tick() {
    static std::atomic<std::uint64_t> last{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto nanos =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()
        );
    const std::uint64_t ticks =
        nanos / 1'000'000 * ticks_per_ms + nanos % 1'000'000 * ticks_per_ms / 1'000'000;
    std::uint64_t before = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = std::max(ticks, before + 1);
    } while (!last.compare_exchange_weak(before, next, std::memory_order_relaxed));
    return next;
}

} // namespace

Result<OrgCode> OrgCode::parse(std::string_view text) {
    const bool length_fits = text.size() >= 2 && text.size() <= org_code_length_max;
    const bool characters_fit = std::all_of(text.begin(), text.end(), [](char c) {
        return is_lower(c) || is_digit(c) || c == '_';
    });
    if (!length_fits || !characters_fit || !is_lower(text.front())) {
        return fail(
            ErrorCode::invalid_argument,
            "an organization's code is 2 to 41 lower-case letters, digits and underscores and "
            "starts with a letter",
            "org_code"
        );
    }
    return OrgCode(std::string(text));
}

std::string new_uuid() {
    std::array<unsigned char, 16> bytes{};
    random_bytes(bytes.data(), bytes.size());
    const std::uint64_t ticks = next_tick();
    const std::uint64_t millis = ticks / ticks_per_ms;
    const std::uint64_t fraction = ticks % ticks_per_ms;
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<unsigned char>(millis >> (40 - 8 * i));
    }
    bytes[6] = static_cast<unsigned char>((fraction >> 8) | 0x70U);
    bytes[7] = static_cast<unsigned char>(fraction);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string text = to_hex(bytes.data(), bytes.size());
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

// On every job's way, so only what is needed is looked at.
std::optional<std::chrono::system_clock::time_point> uuid_time(std::string_view text) {
    constexpr std::size_t length = 36;
    constexpr std::size_t version_at = 14;
    if (text.size() != length || text[version_at] != '7') {
        return std::nullopt;
    }
    std::uint64_t high = 0; // thirty-two bits, a dash, and sixteen
    std::uint64_t low = 0;
    const char* const begin = text.data();
    constexpr std::size_t dash_at = 8;
    constexpr std::size_t end_at = 13;
    const auto first = std::from_chars(begin, begin + dash_at, high, 16);
    const auto second = std::from_chars(begin + dash_at + 1, begin + end_at, low, 16);
    if (first.ptr != begin + dash_at || second.ptr != begin + end_at) {
        return std::nullopt;
    }
    const auto ms = static_cast<std::int64_t>(high << 16 | low);
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(ms));
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const auto c = static_cast<unsigned char>(text[i]);
        if (dash ? c != '-' : std::isxdigit(c) == 0) {
            return false;
        }
    }
    return true;
}

std::string random_hex(std::size_t bytes) {
    std::string raw(bytes, '\0');
    random_bytes(reinterpret_cast<unsigned char*>(raw.data()), raw.size());
    return to_hex(reinterpret_cast<const unsigned char*>(raw.data()), raw.size());
}

} // namespace bgerp
