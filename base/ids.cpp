#include "base/ids.hpp"

#include "base/crypto.hpp"

#include <algorithm>
#include <array>
#include <cctype>
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
    const auto millis =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       std::chrono::system_clock::now().time_since_epoch()
        )
                                       .count());
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<unsigned char>(millis >> (40 - 8 * i));
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x70U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    std::string text = to_hex(bytes.data(), bytes.size());
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
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
