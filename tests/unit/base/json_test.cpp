#include "base/json.hpp"

#include <gmock/gmock.h>

namespace bgerp {
namespace {

TEST(Json, ParsesADocument) {
    const auto value = parse_json(R"({"a":[1,2,{"b":"]}\"["}]})");
    ASSERT_TRUE(value);
    EXPECT_EQ((*value)["a"][2]["b"], "]}\"[");
}

TEST(Json, TenThousandLevelsAreRefusedWithoutBuildingThem) {
    const std::string deep(10000, '[');
    const auto value = parse_json(deep + std::string(10000, ']'));
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(value.error().message, testing::HasSubstr("deeper than 64"));
}

TEST(Json, ExactlyTheAllowedDepthIsRead) {
    EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
    EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
}

TEST(Json, BadTextIsRefusedWithItsPlace) {
    for (const std::string text : {"", "{", "{'a':1}", "nul", "[1,]", "\"\xff\"", "1 2"}) {
        const auto value = parse_json(text);
        ASSERT_FALSE(value) << text;
        EXPECT_THAT(value.error().message, testing::HasSubstr("byte"));
    }
}

TEST(Json, TextThatIsNotUtf8IsPrintedWithReplacements) {
    EXPECT_EQ(to_text(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

} // namespace
} // namespace bgerp
