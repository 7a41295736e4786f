#include "base/json_schema.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

constexpr const char* schema = R"({
    "type": "object",
    "required": ["path", "size"],
    "additionalProperties": false,
    "properties": {
        "path": {"type": "string", "minLength": 1, "pattern": "^/[a-z/]*$"},
        "size": {"type": "integer", "minimum": 1, "maximum": 4000},
        "lines": {"type": "array", "items": {"type": "object", "required": ["n"],
                  "properties": {"n": {"type": "number"}}}},
        "mode": {"enum": ["fit", "fill"]}}})";

std::string field_of(const Json& value) {
    const auto checked = JsonSchema::compile(schema)->check(value);
    return checked ? "fits" : checked.error().field;
}

TEST(JsonSchema, Q8_NamesThePlaceOfTheFirstFault) {
    const Json good{{"path", "/a"}, {"size", 1}, {"mode", "fit"}, {"lines", {{{"n", 1.5}}}}};
    EXPECT_EQ(field_of(good), "fits");
    Json bad = good;
    bad.erase("path");
    EXPECT_EQ(field_of(bad), "path");
    bad = good;
    bad["path"] = "relative";
    EXPECT_EQ(field_of(bad), "path");
    bad = good;
    bad["size"] = "large";
    EXPECT_EQ(field_of(bad), "size");
    bad["size"] = 4001;
    EXPECT_EQ(field_of(bad), "size");
    bad = good;
    bad["colour"] = "red";
    EXPECT_EQ(field_of(bad), "colour");
    bad = good;
    bad["lines"].push_back(Json{{"m", 2}});
    EXPECT_EQ(field_of(bad), "lines[1].n");
    bad["lines"][1] = Json{{"n", "2"}};
    EXPECT_EQ(field_of(bad), "lines[1].n");
    bad = good;
    bad["mode"] = "stretch";
    EXPECT_EQ(field_of(bad), "mode");
    EXPECT_EQ(field_of(Json::array()), "");
}

TEST(JsonSchema, Q8_MessagesDoNotTellTheValue) {
    const auto checked =
        JsonSchema::compile(schema)->check({{"path", "SECRET"}, {"size", "SECRET"}});
    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(checked.error().message.find("SECRET"), std::string::npos);
}

TEST(JsonSchema, Q8_WhatIsNoSchemaIsRefused) {
    EXPECT_FALSE(JsonSchema::compile("{").has_value());
    EXPECT_FALSE(JsonSchema::compile("[]").has_value());
    EXPECT_TRUE(JsonSchema::compile("{}")->check(Json("anything")).has_value());
}

} // namespace
} // namespace bgerp
