#include "server/http/byte_range.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace bgerp::http {
namespace {

std::string verdict(std::string_view field, std::uint64_t size = 10) {
    const ByteRange range = byte_range(field, size);
    switch (range.kind) {
    case ByteRange::Kind::whole:
        return "whole";
    case ByteRange::Kind::outside:
        return "outside";
    case ByteRange::Kind::part:
        break;
    }
    return std::to_string(range.first) + "+" + std::to_string(range.length);
}

TEST(ByteRangeTest, Parts) {
    EXPECT_EQ(verdict("bytes=0-0"), "0+1");
    EXPECT_EQ(verdict("bytes=2-5"), "2+4");
    EXPECT_EQ(verdict("bytes=2-500"), "2+8");
    EXPECT_EQ(verdict("bytes=9-"), "9+1");
    EXPECT_EQ(verdict("bytes=-3"), "7+3");
    EXPECT_EQ(verdict("bytes=-300"), "0+10");
}

TEST(ByteRangeTest, Outside) {
    EXPECT_EQ(verdict("bytes=10-"), "outside");
    EXPECT_EQ(verdict("bytes=-0"), "outside");
    EXPECT_EQ(verdict("bytes=0-0", 0), "outside");
    EXPECT_EQ(verdict("bytes=-5", 0), "outside");
}

TEST(ByteRangeTest, WhatItDoesNotUnderstandIsIgnored) {
    for (const char* field :
         {"",
          "bytes",
          "bytes=",
          "bytes=-",
          "bytes=5-2",
          "bytes=a-b",
          "bytes=0-1,3-4",
          "lines=0-1",
          "bytes=99999999999999999999-"}) {
        EXPECT_EQ(verdict(field), "whole") << field;
    }
}

} // namespace
} // namespace bgerp::http
