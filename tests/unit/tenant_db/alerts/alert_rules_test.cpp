// Q46: when a rule's condition holds.
#include "tenant_db/alerts/alert_rules.hpp"

#include <gtest/gtest.h>

namespace bgerp::alerts {
namespace {

using Condition = AlertConfig::Condition;

AlertConfig rule(Condition condition, std::int64_t limit) {
    AlertConfig one;
    one.name = "r";
    one.condition = condition;
    one.limit = limit;
    return one;
}

std::vector<std::string> queues(const AlertConfig& rule) {
    const std::vector<queue::QueueLoad> loads{
        {"default", 60, 10},
        {"mail.bulk", 61, 11},
        {"mail.now", 600, 2}};
    queue::JobStat bad{"default", "", {}};
    bad.counts.completed = 89;
    bad.counts.failed = 5;
    bad.counts.retried = 6;
    queue::JobStat few{"mail.now", "", {}};
    few.counts.failed = 6;
    std::vector<std::string> names;
    for (const Holding& found : holding(rule, "acme", loads, {bad, few})) {
        EXPECT_EQ(found.key.org, "acme");
        EXPECT_GT(found.value, rule.limit);
        names.push_back(found.key.queue);
    }
    return names;
}

using Names = std::vector<std::string>;

TEST(AlertRules, Q46_AWaitOrBacklogAboveTheLimitHolds) {
    EXPECT_EQ(queues(rule(Condition::wait_s, 60)), (Names{"mail.bulk", "mail.now"}));
    EXPECT_EQ(queues(rule(Condition::backlog, 10)), (Names{"mail.bulk"}));
    EXPECT_EQ(queues(rule(Condition::wait_s, 600)), Names{});
}

TEST(AlertRules, Q46_FailuresAreJobsAndSharesAreAttempts) {
    EXPECT_EQ(queues(rule(Condition::failures, 4)), (Names{"default", "mail.now"}));
    EXPECT_EQ(queues(rule(Condition::failures, 5)), (Names{"mail.now"}));
    EXPECT_EQ(queues(rule(Condition::failure_percent, 10)), (Names{"default"}))
        << "six attempts say nothing";
    EXPECT_EQ(queues(rule(Condition::failure_percent, 11)), Names{});
}

TEST(AlertRules, Q46_QueuesAreNamedOrBeginSo) {
    AlertConfig some = rule(Condition::wait_s, 1);
    some.queue = "mail.*";
    EXPECT_EQ(queues(some), (Names{"mail.bulk", "mail.now"}));
    some.queue = "mail";
    EXPECT_EQ(queues(some), Names{});
    some.queue = "default";
    EXPECT_EQ(queues(some), (Names{"default"}));
}

TEST(AlertRules, Q46_OrganizationsAreNamedOrAll) {
    AlertConfig one = rule(Condition::wait_s, 1);
    EXPECT_TRUE(watches(one, "acme"));
    one.orgs = {"zenith"};
    EXPECT_FALSE(watches(one, "acme"));
    EXPECT_TRUE(watches(one, "zenith"));
}

TEST(AlertRules, Q46_TheWindowIsWholeMinutes) {
    AlertConfig one = rule(Condition::failures, 1);
    one.within_s = 300;
    EXPECT_EQ(stats_window(one), std::chrono::minutes(4)) << "and the one under way";
    one.within_s = 61;
    EXPECT_EQ(stats_window(one), std::chrono::minutes(1));
}

} // namespace
} // namespace bgerp::alerts
