#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace bgerp {

namespace {

unsigned byte_at(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(text[index]);
}

// The bytes in front that are plain ASCII, eight at a time: nearly all text is.
std::size_t skip_ascii(std::string_view text, std::size_t index) {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    while (index + sizeof(std::uint64_t) <= text.size()) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + index, sizeof word);
        if ((word & high_bits) != 0) {
            break;
        }
        index += sizeof word;
    }
    while (index < text.size() && byte_at(text, index) < 0x80U) {
        ++index;
    }
    return index;
}

// The length of the well-formed sequence that starts at `index` with a byte above 0x7F, or 0.
// The ranges of the second byte are those of the table in RFC 3629, section 4.
std::size_t sequence_length(std::string_view text, std::size_t index) {
    const unsigned lead = byte_at(text, index);
    std::size_t length = 0;
    unsigned second_min = 0x80U;
    unsigned second_max = 0xBFU;
    if (lead >= 0xC2U && lead <= 0xDFU) {
        length = 2;
    } else if (lead >= 0xE0U && lead <= 0xEFU) {
        length = 3;
        second_min = lead == 0xE0U ? 0xA0U : 0x80U;
        second_max = lead == 0xEDU ? 0x9FU : 0xBFU;
    } else if (lead >= 0xF0U && lead <= 0xF4U) {
        length = 4;
        second_min = lead == 0xF0U ? 0x90U : 0x80U;
        second_max = lead == 0xF4U ? 0x8FU : 0xBFU;
    } else {
        return 0;
    }
    if (index + length > text.size()) {
        return 0;
    }
    const unsigned second = byte_at(text, index + 1);
    if (second < second_min || second > second_max) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte_at(text, index + i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    return length;
}

} // namespace

std::optional<std::size_t> utf8_error_at(std::string_view text) {
    std::size_t index = skip_ascii(text, 0);
    while (index < text.size()) {
        const std::size_t length = sequence_length(text, index);
        if (length == 0) {
            return index;
        }
        index = skip_ascii(text, index + length);
    }
    return std::nullopt;
}

std::size_t utf8_length(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace bgerp
