#include "base/error.hpp"
#include "server/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::http {
namespace {

using ::testing::ElementsAre;

const Router& router() {
    static const Router table({
        {Method::get, "/jobs"},
        {Method::post, "/jobs"},
        {Method::get, "/jobs/{uuid}"},
        {Method::del, "/jobs/{uuid}"},
        {Method::post, "/jobs/bulk"},
        {Method::get, "/files/{folder}/{name}"},
    });
    return table;
}

TEST(Router, FindsByMethodAndPath) {
    const RouteMatch match = router().match(Method::post, {"jobs"});
    EXPECT_TRUE(match.found);
    EXPECT_EQ(match.index, 1U);
}

TEST(Router, GivesPathParametersInOrder) {
    const RouteMatch match = router().match(Method::get, {"files", "2026", "a b.csv"});
    ASSERT_TRUE(match.found);
    EXPECT_THAT(match.path_params, ElementsAre("2026", "a b.csv"));
}

TEST(Router, PrefersALiteralSegment) {
    EXPECT_EQ(router().match(Method::post, {"jobs", "bulk"}).index, 4U);
    EXPECT_EQ(router().match(Method::get, {"jobs", "bulk"}).index, 2U);
}

TEST(Router, GetAnswersHead) {
    EXPECT_EQ(router().match(Method::head, {"jobs"}).index, 0U);
}

TEST(Router, AnotherMethodIsToldWhatThePathHas) {
    const RouteMatch match = router().match(Method::put, {"jobs"});
    EXPECT_FALSE(match.found);
    EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

TEST(Router, AnUnknownPathHasNothing) {
    for (const std::vector<std::string>& path :
         {std::vector<std::string>{}, {"job"}, {"jobs", "a", "b"}, {"files", "x"}}) {
        const RouteMatch match = router().match(Method::get, path);
        EXPECT_FALSE(match.found);
        EXPECT_TRUE(match.allow.empty());
    }
}

TEST(Router, RefusesATableWithOnePathTwice) {
    EXPECT_THROW(Router({{Method::get, "/a/{x}"}, {Method::get, "/a/{y}"}}), Failure);
}

} // namespace
} // namespace bgerp::http
