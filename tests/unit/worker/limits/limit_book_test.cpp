// Q35, Q36: the book's decisions, without a database: grants are made up.
#include "tests/unit/worker/limits/limit_book_fixture.hpp"

namespace bgerp::worker {
namespace {

using namespace std::chrono_literals;

TEST_F(LimitBookTest, a_tenant_without_limits_costs_nothing) {
    book_.configure(tenant_, {});
    EXPECT_FALSE(book_.applies_to(*tenant_));
    EXPECT_TRUE(book_.upkeep(now_).empty());
}

TEST_F(LimitBookTest, Q35_admits_what_it_has_permits_for_and_asks_no_more_than_slots) {
    set_concurrency(10);
    const auto held = admit(6);
    ASSERT_EQ(wishes_.size(), 1U);
    EXPECT_EQ(wishes_.front().permits, 4) << "more than slots are of no use";
    EXPECT_EQ(held.size(), 4U);
    EXPECT_EQ(refused_, 2U);
    EXPECT_TRUE(admit(1).empty()) << "others wait in the database: no overtaking";
    EXPECT_TRUE(wishes_.empty());
}

TEST_F(LimitBookTest, Q35_an_end_makes_room_for_what_is_parked) {
    set_concurrency(1);
    const auto held = admit(3);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_FALSE(book_.has_ready(*tenant_, now_));
    EXPECT_EQ(book_.begin(held.front(), now_), LimitBook::Turn::now);
    EXPECT_EQ(book_.end(*held.front(), now_ + 100ms), nullptr);
    EXPECT_EQ(wakes_, 1);
    now_ += 100ms;
    EXPECT_TRUE(book_.has_ready(*tenant_, now_));
    const auto wishes = book_.parked_to_take(*tenant_, 100, 100, now_);
    ASSERT_EQ(wishes.size(), 1U);
    EXPECT_EQ(wishes.front().limit, 1U);
    book_.taken(*tenant_, wishes, {{wishes.front().key, jobs(1), false}}, now_);
    EXPECT_EQ(admit(1, 100, true).size(), 1U);
    EXPECT_FALSE(book_.has_live_parked());
}

TEST_F(LimitBookTest, Q35_short_jobs_are_held_ahead_and_run_one_after_another) {
    set_concurrency(1);
    {
        const auto first = admit(1);
        ASSERT_EQ(book_.begin(first.front(), now_), LimitBook::Turn::now);
        EXPECT_EQ(book_.end(*first.front(), now_ + 1ms), nullptr); // a millisecond each
    }
    const auto held = admit(30);
    EXPECT_EQ(held.size(), 26U) << "one that runs, and 25 ms of them";
    EXPECT_EQ(book_.begin(held[0], now_), LimitBook::Turn::now);
    EXPECT_EQ(book_.begin(held[1], now_), LimitBook::Turn::later);
    EXPECT_EQ(book_.begin(held[2], now_), LimitBook::Turn::later);
    EXPECT_EQ(book_.end(*held[0], now_), held[1]);
    EXPECT_EQ(book_.end(*held[1], now_), held[2]);
    EXPECT_EQ(book_.end(*held[2], now_), nullptr);
    EXPECT_EQ(book_.begin(held[3], now_), LimitBook::Turn::now);
    EXPECT_EQ(book_.begin(held[4], now_), LimitBook::Turn::later);
    EXPECT_TRUE(book_.take_stale(now_, 0ms).empty());
    const auto stale = book_.take_stale(now_ + 2s, 1s);
    ASSERT_EQ(stale.size(), 1U);
    EXPECT_EQ(stale.front().first, held[4]);
    EXPECT_EQ(stale.front().second.limit_name, "some");
}

TEST_F(LimitBookTest, Q35_nothing_begins_on_permits_that_may_have_run_out) {
    set_concurrency(4);
    const auto held = admit(2);
    ASSERT_EQ(held.size(), 2U);
    EXPECT_EQ(book_.begin(held[0], now_ + 16s), LimitBook::Turn::later);
    EXPECT_EQ(book_.begin(held[1], now_ + 13s), LimitBook::Turn::now);
    EXPECT_EQ(book_.close().size(), 1U);
    EXPECT_EQ(book_.begin(held[0], now_ + 16s), LimitBook::Turn::never);
}

TEST_F(LimitBookTest, Q35_idle_permits_go_back_and_used_ones_are_renewed) {
    set_concurrency(4);
    const auto held = admit(2);
    for (const HeldJobPtr& job : held) {
        ASSERT_EQ(book_.begin(job, now_), LimitBook::Turn::now);
    }
    auto upkeep = book_.upkeep(now_ + 3s);
    ASSERT_EQ(upkeep.size(), 1U);
    EXPECT_TRUE(upkeep.front().give_back.empty());
    EXPECT_EQ(upkeep.front().renew.size(), 1U);
    for (const HeldJobPtr& job : held) {
        EXPECT_EQ(book_.end(*job, now_ + 3s), nullptr);
    }
    upkeep = book_.upkeep(now_ + 4s);
    ASSERT_EQ(upkeep.size(), 1U);
    ASSERT_EQ(upkeep.front().give_back.size(), 1U);
    EXPECT_EQ(upkeep.front().give_back.front().permits, 0);
    EXPECT_TRUE(book_.upkeep(now_ + 60s).empty() || book_.upkeep(now_ + 120s).empty());
}

TEST_F(LimitBookTest, Q35_permits_that_are_only_asked_with_go_back) {
    set_concurrency(1);
    const auto held = admit(3);
    ASSERT_EQ(held.size(), 1U);
    ASSERT_EQ(book_.begin(held.front(), now_), LimitBook::Turn::now);
    EXPECT_EQ(book_.end(*held.front(), now_ + 1s), nullptr);
    for (auto later = 1000ms; later < 1500ms; later += 50ms) { // and gets none of what is parked
        EXPECT_EQ(book_.parked_to_take(*tenant_, 100, 100, now_ + later).size(), 1U);
    }
    const auto upkeep = book_.upkeep(now_ + 1500ms);
    ASSERT_EQ(upkeep.size(), 1U);
    ASSERT_EQ(upkeep.front().give_back.size(), 1U);
    EXPECT_EQ(upkeep.front().give_back.front().permits, 0);
}

TEST_F(LimitBookTest, Q36_a_job_costs_a_token_and_gets_it_back_when_it_didnt_begin) {
    queue::Limit limit;
    limit.rate = 10;
    set(limit);
    {
        const auto held = admit(5, 3);
        EXPECT_EQ(held.size(), 3U);
        EXPECT_EQ(refused_, 2U);
        ASSERT_EQ(book_.begin(held.front(), now_), LimitBook::Turn::now);
        static_cast<void>(book_.end(*held.front(), now_));
    } // two never begin
    EXPECT_EQ(admit(5, 0, true).size(), 2U);
}

TEST_F(LimitBookTest, Q36_parked_jobs_are_asked_for_again_when_a_token_is_due) {
    queue::Limit limit;
    limit.rate = 10;
    set(limit);
    EXPECT_TRUE(admit(1, 0).empty());
    EXPECT_FALSE(book_.has_ready(*tenant_, now_ + 49ms));
    EXPECT_EQ(book_.next_ready_in(now_, 100ms), 50ms);
    EXPECT_TRUE(book_.has_ready(*tenant_, now_ + 50ms));
    const auto wishes = book_.wishes_for_parked(*tenant_, 10, now_ + 50ms);
    ASSERT_EQ(wishes.size(), 1U);
    EXPECT_EQ(wishes.front().tokens, 10);
}

TEST_F(LimitBookTest, Q37_nothing_is_admitted_while_a_breaker_is_open) {
    queue::Limit limit;
    limit.breaker = {1, 60, 60};
    set(limit);
    const auto held = admit(2);
    ASSERT_EQ(held.size(), 2U);
    const auto breakers = book_.breakers_of(*held.front());
    ASSERT_EQ(breakers.size(), 1U);
    book_.set_breaker(*held.front(), breakers.front().hash, queue::BreakerPhase::open, now_);
    EXPECT_TRUE(book_.observe(tenant_, {}, now_ - 1ms).empty()) << "read before it opened";
    EXPECT_EQ(book_.begin(held.front(), now_), LimitBook::Turn::later);
    EXPECT_TRUE(admit(1).empty());
    EXPECT_TRUE(wishes_.empty());
    EXPECT_TRUE(book_
                    .observe(
                        tenant_,
                        {{breakers.front().hash, "some", "", true, queue::BreakerPhase::half_open}},
                        now_
                    )
                    .empty());
    EXPECT_TRUE(book_.has_ready(*tenant_, now_)) << "one may go";
}

TEST_F(LimitBookTest, keys_of_limits_that_are_gone_are_named) {
    set_concurrency(1);
    EXPECT_EQ(
        book_.observe(tenant_, {{7, "gone", "", true, queue::BreakerPhase::closed}}, now_),
        std::vector<std::uint64_t>{7}
    );
}

class WorkersOwnLimits : public LimitBookTest {
protected:
    WorkersOwnLimits()
        : LimitBookTest({{"noop", 1}}) {}
};

TEST_F(WorkersOwnLimits, Q35_count_for_all_tenants_together) {
    book_.configure(tenant_, {});
    ASSERT_TRUE(book_.applies_to(*tenant_));
    const auto held = admit(2);
    EXPECT_EQ(held.size(), 1U);
    EXPECT_EQ(refused_, 1U);
    EXPECT_TRUE(wishes_.empty()) << "nothing of it is in the database";
    const auto neighbour = std::make_shared<ServedTenant>(2, "b", "bgerp_t_b", 1.0, nullptr);
    book_.configure(neighbour, {});
    auto rows = jobs(1);
    const auto candidates = book_.candidates(*neighbour, rows);
    EXPECT_TRUE(book_.admit(neighbour, candidates, false, now_).front().refused);
}

} // namespace
} // namespace bgerp::worker
