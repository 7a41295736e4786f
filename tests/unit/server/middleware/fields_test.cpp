#include "server/middleware/fields.hpp"

#include <gtest/gtest.h>

#include <array>

namespace bgerp::server {
namespace {

constexpr std::array fields{
    Field{"kind", FieldType::text, true, 1, 8},
    Field{"priority", FieldType::integer, false, -5, 5},
    Field{"args", FieldType::object},
    Field{"tags", FieldType::texts, false, 0, 2},
    Field{"backoff", FieldType::integers, false, 0, 3},
    Field{"jobs", FieldType::objects, false, 1, 2},
    Field{"dry", FieldType::boolean},
};

// The field an error names, or "ok".
std::string verdict(const char* text) {
    const auto checked = check_fields(Json::parse(text), fields);
    return checked ? "ok" : checked.error().field;
}

TEST(Fields, TakesWhatIsListed) {
    EXPECT_EQ(
        verdict(R"({"kind":"a","priority":-5,"args":{"x":[1]},"tags":["a","b"],"backoff":[1,5],
                    "jobs":[{}],"dry":true})"),
        "ok"
    );
    EXPECT_EQ(verdict(R"({"kind":"a","priority":null})"), "ok");
}

TEST(Fields, NamesWhatIsWrong) {
    EXPECT_EQ(verdict(R"({"kind":"a","kimd":1})"), "kimd");
    EXPECT_EQ(verdict(R"({})"), "kind");
    EXPECT_EQ(verdict(R"({"kind":null})"), "kind");
    EXPECT_EQ(verdict(R"({"kind":""})"), "kind");
    EXPECT_EQ(verdict(R"({"kind":"123456789"})"), "kind");
    EXPECT_EQ(verdict(R"({"kind":5})"), "kind");
    EXPECT_EQ(verdict(R"({"kind":"a","priority":6})"), "priority");
    EXPECT_EQ(verdict(R"({"kind":"a","priority":1.5})"), "priority");
    EXPECT_EQ(verdict(R"({"kind":"a","priority":"1"})"), "priority");
    EXPECT_EQ(verdict(R"({"kind":"a","priority":18446744073709551615})"), "priority");
    EXPECT_EQ(verdict(R"({"kind":"a","args":[]})"), "args");
    EXPECT_EQ(verdict(R"({"kind":"a","tags":["a",1]})"), "tags");
    EXPECT_EQ(verdict(R"({"kind":"a","tags":["a","b","c"]})"), "tags");
    EXPECT_EQ(verdict(R"({"kind":"a","jobs":[]})"), "jobs");
    EXPECT_EQ(verdict(R"({"kind":"a","jobs":[1]})"), "jobs");
    EXPECT_EQ(verdict(R"({"kind":"a","dry":1})"), "dry");
}

TEST(Fields, ABodyIsAnObject) {
    for (const char* text : {"[]", "1", "null", "\"a\""}) {
        EXPECT_NE(verdict(text), "ok") << text;
    }
}

TEST(Fields, PathsNameNestedFields) {
    const auto checked = check_fields(Json::parse(R"({"kind":1})"), fields, "jobs[3].");
    EXPECT_EQ(checked.error().field, "jobs[3].kind");
}

} // namespace
} // namespace bgerp::server
