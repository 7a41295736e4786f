#include "worker/roster.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

TenantPlace place(Fairness::Key key, const std::string& org, double weight = 1) {
    return {key, org, "db_" + org, weight, nullptr, nullptr};
}

TEST(Roster, newcomers_appear_and_the_suspended_vanish) {
    Roster roster;
    EXPECT_TRUE(roster.update({place(1, "a"), place(2, "b")}).empty());
    ASSERT_NE(roster.by_org("a"), nullptr);
    EXPECT_EQ(roster.by_database("db_b")->tenant->org, "b");
    const auto gone = roster.update({place(2, "b"), place(3, "c")});
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone.front()->org, "a");
    EXPECT_EQ(roster.by_org("a"), nullptr);
    EXPECT_EQ(roster.by_database("db_a"), nullptr);
    EXPECT_NE(roster.by_org("c"), nullptr);
}

TEST(Roster, who_stays_is_the_same_object) {
    Roster roster;
    roster.update({place(1, "a")});
    const auto before = roster.by_org("a")->tenant;
    roster.update({place(1, "a"), place(2, "b")});
    EXPECT_EQ(roster.by_org("a")->tenant, before);
    const auto gone = roster.update({place(1, "a", 5), place(2, "b")});
    EXPECT_NE(roster.by_org("a")->tenant, before) << "a new weight is a new object";
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(roster.by_org("a")->tenant->weight, 5);
}

TEST(Roster, databases_are_grouped_by_pool) {
    Roster roster;
    roster.update({place(1, "a"), place(2, "b")});
    const auto groups = roster.databases_by_pool();
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups.begin()->second, (std::vector<std::string>{"db_a", "db_b"}));
}

} // namespace
} // namespace bgerp::worker
