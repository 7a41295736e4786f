#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace bgerp {
namespace {

// Encodes any number below 2^21, well-formed or not, in the shortest form.
std::string encode(std::uint32_t code) {
    const auto tail = [code](unsigned shift) {
        return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80U) {
        return {static_cast<char>(code)};
    }
    if (code < 0x800U) {
        return {static_cast<char>(0xC0U | (code >> 6U)), tail(0)};
    }
    if (code < 0x10000U) {
        return {static_cast<char>(0xE0U | (code >> 12U)), tail(6), tail(0)};
    }
    return {static_cast<char>(0xF0U | (code >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(Utf8, TakesExactlyTheCodePointsOfUnicode) {
    for (std::uint32_t code = 0; code < 0x140000U; ++code) {
        const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
        const std::string text = "ok" + encode(code) + "!";
        const auto error = utf8_error_at(text);
        ASSERT_EQ(error.has_value(), surrogate || code > 0x10FFFFU) << code;
        if (error) {
            ASSERT_EQ(*error, 2U);
        } else {
            ASSERT_EQ(utf8_length(text), 4U);
        }
    }
}

TEST(Utf8, RefusesOverlongFormsCutSequencesAndStrayBytes) {
    const std::string prefix = "sixteen letters.";
    for (const char* bad :
         {"\xC0\x80",
          "\xC1\xBF",
          "\xE0\x9F\xBF",
          "\xF0\x8F\xBF\xBF",
          "\x80",
          "\xBF",
          "\xFF",
          "\xC3",
          "\xE2\x82",
          "\xF0\x9F\x98",
          "\xC3"
          "a",
          "\xE2\x82"
          "a",
          "\xF0\x9F\x98"
          "a",
          "\xF5\x80\x80\x80"}) {
        EXPECT_EQ(utf8_error_at(prefix + bad), prefix.size());
    }
    EXPECT_EQ(utf8_error_at(prefix + "é漢😀" + prefix), std::nullopt);
}

} // namespace
} // namespace bgerp
