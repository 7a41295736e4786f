// Q47: no organization takes all places of those who follow events.
#include "server/middleware/follower_places.hpp"

#include <gtest/gtest.h>

namespace bgerp::server {
namespace {

TEST(FollowerPlaces, Q47_OneOrganizationLeavesPlacesForOthers) {
    FollowerPlaces places(3, 2);
    EXPECT_TRUE(places.enter("acme"));
    EXPECT_TRUE(places.enter("acme"));
    const auto third = places.enter("acme");
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, ErrorCode::rate_limited);
    EXPECT_TRUE(places.enter("zenith"));
    const auto full = places.enter("zenith");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::unavailable);
}

TEST(FollowerPlaces, Q47_APlaceThatWasLeftIsFree) {
    FollowerPlaces places(2, 1);
    EXPECT_TRUE(places.enter("acme"));
    EXPECT_FALSE(places.enter("acme"));
    places.leave("acme");
    EXPECT_TRUE(places.enter("acme"));
    EXPECT_TRUE(places.enter("zenith"));
    places.leave("acme");
    places.leave("acme"); // has none any more
    EXPECT_FALSE(places.enter("zenith"));
    EXPECT_TRUE(places.enter("acme"));
    EXPECT_FALSE(places.enter("other")) << "no place was given back twice";
}

} // namespace
} // namespace bgerp::server
