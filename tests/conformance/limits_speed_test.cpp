// Q35, Q36 at full speed: how few statements it takes for many keys at once.
#include "tests/conformance/limits_fixture.hpp"

namespace bgerp::queue {
namespace {

// The few statements are what brings many keys' jobs back at full speed.
TEST_F(Limits, Q35_jobs_of_many_keys_are_taken_in_few_statements) {
    constexpr std::size_t keys = 100;
    push_many(std::vector<NewJob>(3 * keys, job()));
    const std::vector<ReservedJob> held = take(me, 3 * keys);
    std::vector<ParkedJob> parked;
    for (std::size_t i = 0; i < held.size(); ++i) {
        const std::string text = std::to_string(i % keys);
        parked.push_back({&held[i], key_hash("some", text), "some", text});
    }
    const auto park_all = [&](mysql::Pool& one) {
        EXPECT_EQ(park_if_mine(one, soon(), schema, parked), 3 * keys);
    };
    EXPECT_LE(statements(park_all), 12);
    std::vector<TakeWish> wishes;
    for (std::size_t i = 0; i < keys; ++i) {
        wishes.push_back({parked[i].key, i == 0 ? 2U : 10U});
    }
    std::vector<TakenJobs> taken;
    const auto take_all = [&](mysql::Pool& one) {
        taken = take_parked(one, soon(), schema, me, wishes, {});
    };
    EXPECT_LE(statements(take_all), 20);
    ASSERT_EQ(taken.size(), keys);
    for (std::size_t i = 0; i < keys; ++i) {
        EXPECT_EQ(taken[i].key, wishes[i].key);
        EXPECT_EQ(taken[i].more, i == 0);
        ASSERT_EQ(taken[i].jobs.size(), i == 0 ? 2U : 3U);
        EXPECT_EQ(taken[i].jobs[0].key.id, held[i].key.id) << "in their order";
        EXPECT_EQ(taken[i].jobs[1].key.id, held[i + keys].key.id);
    }
    EXPECT_EQ(count("limit_key", "watch > 0"), 1);
    EXPECT_EQ(count("job_blocked"), 1);
}

TEST_F(Limits, Q35_many_keys_permits_are_asked_for_and_returned_in_few_statements) {
    constexpr int keys = 637;
    Limit what;
    what.name = "some";
    what.concurrency = 4;
    what.rate = 100;
    const auto both = limit(what);
    std::vector<PermitWish> wishes;
    std::vector<PermitHolding> less;
    for (int i = 0; i < keys; ++i) {
        wishes.push_back(wish(both, std::to_string(i), 2));
        wishes.back().tokens = 5;
        less.push_back({wishes.back().key, i % 2});
    }
    const auto ask = [&](mysql::Pool& one) {
        for (const auto& grant : acquire_permits(one, soon(), schema, me, lease_s, wishes)) {
            EXPECT_EQ(grant.permits, 2);
            EXPECT_EQ(grant.tokens, 5);
        }
    };
    EXPECT_LE(statements(ask), 10);
    EXPECT_EQ(number("SELECT SUM(permits) FROM limit_permit"), 2 * keys);
    const auto give_back = [&](mysql::Pool& one) { return_permits(one, soon(), schema, me, less); };
    EXPECT_LE(statements(give_back), 6);
    EXPECT_EQ(number("SELECT SUM(permits) FROM limit_permit"), keys / 2);
    EXPECT_EQ(count("limit_permit"), keys / 2);
}

} // namespace
} // namespace bgerp::queue
