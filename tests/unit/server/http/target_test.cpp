#include "server/http/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Target, SplitsPathAndQuery) {
    const Target target = value_or_throw(parse_target("/api/v1/jobs?state=failed&limit=5&flag"));
    EXPECT_EQ(target.path, "/api/v1/jobs");
    EXPECT_THAT(target.segments, ElementsAre("api", "v1", "jobs"));
    EXPECT_THAT(
        target.query,
        ElementsAre(Pair("state", "failed"), Pair("limit", "5"), Pair("flag", ""))
    );
    EXPECT_EQ(target.param("limit"), "5");
    EXPECT_EQ(target.param("none"), "");
}

TEST(Target, DecodesAfterItSplits) {
    const Target target = value_or_throw(parse_target("/a%2Fb/c+d?x=1%26y%3D2&z=a+b"));
    EXPECT_THAT(target.segments, ElementsAre("a/b", "c+d"));
    EXPECT_EQ(target.param("x"), "1&y=2");
    EXPECT_EQ(target.param("z"), "a b");
}

TEST(Target, DropsEmptySegments) {
    EXPECT_THAT(value_or_throw(parse_target("//a///b/")).segments, ElementsAre("a", "b"));
    EXPECT_THAT(value_or_throw(parse_target("/")).segments, IsEmpty());
}

TEST(Target, UnderstandsTheAbsoluteForm) {
    const Target target = value_or_throw(parse_target("http://a.example:80/x?y=z"));
    EXPECT_THAT(target.segments, ElementsAre("x"));
    EXPECT_EQ(target.param("y"), "z");
    EXPECT_THAT(value_or_throw(parse_target("https://a.example")).segments, IsEmpty());
}

TEST(Target, RefusesWhatCannotBeDecoded) {
    for (const char* text :
         {"", "x", "*", "/%", "/%4", "/%4g", "/%00", "/a%0d%0ab", "/?a=%7f", "ftp://a/"}) {
        EXPECT_FALSE(parse_target(text).has_value()) << text;
    }
}

TEST(Target, HasALimitOnSegmentsAndParameters) {
    std::string path;
    std::string query = "/?";
    for (int i = 0; i < 33; ++i) {
        path += "/a";
    }
    for (int i = 0; i < 65; ++i) {
        query += "a=b&";
    }
    EXPECT_FALSE(parse_target(path).has_value());
    EXPECT_FALSE(parse_target(query).has_value());
}

} // namespace
} // namespace bgerp::http
