// Q35, Q36 at full speed: what keeps jobs from being held back that needn't be.
#include "tests/unit/worker/limits/limit_book_fixture.hpp"

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

TEST_F(LimitBookTest, Q35_jobs_that_waited_too_long_are_not_short_any_more) {
    set_concurrency(1);
    run_one(1ms);
    auto held = admit(3);
    ASSERT_EQ(held.size(), 3U);
    EXPECT_EQ(book_.begin(held[0], now_), LimitBook::Turn::now);
    EXPECT_EQ(book_.begin(held[1], now_), LimitBook::Turn::later);
    now_ += 2s;
    EXPECT_EQ(book_.take_stale(now_, 1s).size(), 1U);
    held.resize(1);
    EXPECT_FALSE(book_.has_ready(*tenant_, now_)) << "nothing is held ahead of the one that runs";
}

TEST_F(LimitBookTest, Q35_one_slow_job_among_short_ones_changes_little) {
    set_concurrency(1);
    for (int i = 0; i < 20; ++i) {
        run_one(0ms);
    }
    run_one(400ms);
    EXPECT_GT(admit(1000).size(), 20U);
}

TEST_F(LimitBookTest, Q35_what_the_worker_knows_of_the_tenants_jobs_stands_in_at_first) {
    set_concurrency(1);
    book_.suppose(*tenant_, 1.0);
    EXPECT_EQ(admit(30).size(), 26U);
}

// What another kind's jobs take says nothing of one that has been running for longer already.
TEST_F(LimitBookTest, Q35_nothing_is_held_behind_a_job_that_has_proved_long) {
    set_concurrency(1);
    const auto running = admit(1);
    ASSERT_EQ(book_.begin(running.front(), now_), LimitBook::Turn::now);
    book_.suppose(*tenant_, 1.0);
    EXPECT_EQ(admit(3).size(), 3U) << "it may be a short one";
    now_ += 26ms;
    EXPECT_TRUE(admit(3).empty());
    EXPECT_FALSE(book_.has_ready(*tenant_, now_));
    EXPECT_EQ(book_.end(*running.front(), now_), nullptr);
    EXPECT_TRUE(book_.has_ready(*tenant_, now_));
}

TEST_F(LimitBookTest, Q35_asks_no_more_permits_than_it_takes_to_hold_the_jobs) {
    set_concurrency(4);
    book_.suppose(*tenant_, 1.0);
    EXPECT_EQ(admit(20).size(), 20U);
    EXPECT_EQ(wishes_.front().permits, 1) << "it gets through 26 of them";
    EXPECT_EQ(admit(60).size(), 60U);
    EXPECT_EQ(wishes_.front().permits, 2);
}

TEST_F(LimitBookTest, Q35_parked_keys_share_the_room_and_take_turns) {
    queue::Limit limit;
    limit.concurrency = 100;
    set_keyed(limit);
    book_.suppose(*tenant_, 1.0);
    const auto rows = jobs_of({"a", "b", "c"});
    const auto candidates = book_.candidates(*tenant_, rows);
    ASSERT_EQ(book_.admit(tenant_, candidates, false, now_).size(), 3U); // no permits: parked
    grant(book_.wishes_for_parked(*tenant_, 4, now_), 100);
    const auto first = book_.parked_to_take(*tenant_, 4, 100, now_);
    const auto second = book_.parked_to_take(*tenant_, 4, 100, now_);
    ASSERT_EQ(first.size(), 2U);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(first[0].limit, 4U);
    EXPECT_NE(second[0].key, first[0].key);
    EXPECT_NE(second[0].key, first[1].key);
    EXPECT_EQ(second[1].key, first[0].key) << "and around again";
}

TEST_F(LimitBookTest, Q35_what_was_read_before_it_was_changed_is_no_news) {
    set_concurrency(1);
    ASSERT_EQ(admit(2).size(), 1U);
    const auto key = wishes_.front().key;
    book_.taken(*tenant_, {{key, 1}}, {{key, {}, false}}, now_);
    const std::vector<queue::WatchedKey> watched{
        {key, "some", "", true, queue::BreakerPhase::closed}};
    EXPECT_TRUE(book_.observe(tenant_, watched, now_ - 1ms).empty());
    EXPECT_FALSE(book_.has_live_parked());
    EXPECT_TRUE(book_.observe(tenant_, watched, now_ + 1ms).empty());
    EXPECT_TRUE(book_.has_live_parked());
    EXPECT_TRUE(book_.observe(tenant_, {}, now_ + 2s).empty());
    EXPECT_FALSE(book_.has_live_parked());
    ASSERT_EQ(admit(2, 0).size() + refused_, 2U); // parks one at least
    EXPECT_TRUE(book_.observe(tenant_, {}, now_ + 1ms).empty());
    EXPECT_TRUE(book_.has_live_parked()) << "its commit may be on the way";
}

TEST_F(LimitBookTest, Q36_tokens_that_run_out_while_others_are_asked_for_are_used) {
    queue::Limit limit;
    limit.rate = 10;
    set(limit);
    ASSERT_EQ(admit(5).size(), 5U); // they never begin: five tokens at hand
    now_ += 999ms;
    auto rows = jobs(8);
    const auto candidates = book_.candidates(*tenant_, rows);
    const auto wishes = book_.wishes(tenant_, candidates, false, now_);
    ASSERT_EQ(wishes.size(), 1U);
    EXPECT_EQ(wishes.front().tokens, 3);
    EXPECT_EQ(wishes.front().tokens_back, 0);
    book_.granted(*tenant_, wishes, {{0, 3, 0, {}}}, now_ + 20ms);
    for (const auto& admission : book_.admit(tenant_, candidates, false, now_)) {
        EXPECT_FALSE(admission.refused);
    }
}

TEST_F(LimitBookTest, Q36_keys_in_use_get_tokens_ahead_all_in_one_go) {
    queue::Limit limit;
    limit.rate = 200;
    set_keyed(limit);
    const auto ask = [&](const std::vector<std::string>& keys) {
        const auto rows = jobs_of(keys);
        const auto candidates = book_.candidates(*tenant_, rows);
        auto wishes = book_.wishes(tenant_, candidates, false, now_);
        std::vector<queue::PermitGrant> grants;
        for (const auto& wish : wishes) {
            grants.push_back({0, wish.tokens + wish.tokens_spare, 0, {}});
        }
        book_.granted(*tenant_, wishes, grants, now_);
        for (auto& admission : book_.admit(tenant_, candidates, false, now_)) {
            EXPECT_FALSE(admission.refused);
            EXPECT_EQ(book_.begin(hold(admission), now_), LimitBook::Turn::now);
        }
        return wishes;
    };
    EXPECT_EQ(ask({"a", "b", "c"}).size(), 3U);
    now_ += 10ms;
    const auto wishes = ask({"a", "b"});
    ASSERT_EQ(wishes.size(), 3U) << "the third would ask next time";
    for (const auto& wish : wishes) {
        EXPECT_EQ(wish.tokens_spare, 50) << "a quarter second's worth";
    }
    now_ += 10ms;
    EXPECT_TRUE(ask({"a", "b", "c"}).empty());
}

} // namespace
} // namespace bgerp::worker
