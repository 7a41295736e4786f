#include "base/mysql/statement_hook.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace bgerp::queue {
namespace {

using Reserve = QueueFixture;

TEST_F(Reserve, AnAvailableJobIsReservedOnce) {
    const std::string uuid = push(job());
    const ReservedJob reserved = take_one();
    EXPECT_EQ(reserved.key.queue, "default");
    EXPECT_EQ(reserved.fence.owner, me);
    EXPECT_EQ(reserved.fence.attempts, 1);
    EXPECT_EQ(reserved.rescues, 0);
    EXPECT_EQ(reserved.flags, flag_tracked);
    EXPECT_EQ(
        count("jobs", "reserved_by >> 16 = 7 AND attempts = 1 AND reserved_at IS NOT NULL"),
        1
    );
    EXPECT_EQ(state_of(uuid), "running");
    EXPECT_EQ(number("SELECT attempts FROM job_run"), 1);
    EXPECT_TRUE(take(me).empty());
    EXPECT_TRUE(take(other).empty());
}

TEST_F(Reserve, OrderIsPriorityThenAge) {
    std::vector<NewJob> jobs(6, job());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].priority = i % 2 == 0 ? 5 : -5;
        jobs[i].args = {{"n", i}};
    }
    push_many(jobs);
    std::vector<std::string> order;
    for (const ReservedJob& reserved : take(me, 10)) {
        order.push_back(Json::parse(reserved.payload)["data"]["n"].dump());
    }
    EXPECT_THAT(order, testing::ElementsAre("1", "3", "5", "0", "2", "4"));
}

TEST_F(Reserve, TheCursorGoesOnOverPrioritiesAndRewindsAtTheEnd) {
    std::vector<NewJob> jobs(10, job());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].priority = static_cast<std::int64_t>(i / 4);
    }
    push_many(jobs);
    ClaimCursor cursor;
    const auto next = [&](std::size_t limit) {
        return reserve(*pool, soon(), schema, "default", limit, me, LeaseRules(), cursor).size();
    };
    EXPECT_EQ(next(3), 3U);
    EXPECT_FALSE(cursor.at_start);
    NewJob urgent = job();
    urgent.priority = -9;
    push(urgent); // behind the cursor
    EXPECT_EQ(next(3), 3U);
    EXPECT_EQ(cursor.priority, 1);
    EXPECT_EQ(next(4), 4U);
    EXPECT_EQ(next(4), 1U); // nothing beyond the cursor: the same call looks from the start
    EXPECT_TRUE(cursor.at_start);
    EXPECT_EQ(next(4), 0U);
}

TEST_F(Reserve, OnlyTheQueueAskedFor) {
    NewJob elsewhere = job();
    elsewhere.queue = "Default"; // names are compared as bytes
    push(elsewhere);
    EXPECT_TRUE(take(me).empty());
    EXPECT_EQ(take(me, 1, "Default").size(), 1U);
}

TEST_F(Reserve, AJobWhoseTimeHasNotComeStays) {
    push(job());
    execute("UPDATE jobs SET available_at = UNIX_TIMESTAMP() + 60");
    EXPECT_TRUE(take(me).empty());
    make_due();
    EXPECT_EQ(take(me).size(), 1U);
}

TEST_F(Reserve, AnExpiredLeaseIsReservedAgainAndCounted) {
    push(job());
    const ReservedJob first = take_one(me);
    age_leases(10); // of 15; the rest is for a machine that is held up
    EXPECT_TRUE(take(other).empty());
    age_leases(7);
    const ReservedJob second = take_one(other);
    EXPECT_EQ(second.key.id, first.key.id);
    EXPECT_EQ(second.fence.attempts, 2);
    EXPECT_EQ(second.rescues, 1);
    EXPECT_EQ(number("SELECT rescues FROM jobs"), 1);
}

// The database's clock was put back: nobody waits for that hour to come again.
TEST_F(Reserve, ALeaseThatBeginsInTheFutureHasRunOut) {
    const std::string uuid = push(job());
    take_one(other);
    age_leases(-5);
    EXPECT_TRUE(take(me).empty()) << "a few seconds may be another clock's";
    age_leases(-3600);
    const ReservedJob held = take_one(me);
    EXPECT_EQ(held.rescues, 1);
    ASSERT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, uuid, "", ""}}), 0U);
    EXPECT_EQ(state_of(uuid), "completed");
}

TEST_F(Reserve, ARowReservedWithoutAnOwnerIsLeftAloneUntilRetryAfter) {
    push(job());
    // What Laravel's worker writes.
    execute("UPDATE jobs SET reserved_at = UNIX_TIMESTAMP() - 80, attempts = 1");
    EXPECT_TRUE(take(me).empty());
    age_leases(12);
    EXPECT_EQ(take_one().fence.attempts, 2);
}

// Laravel's worker takes over the row of a dead worker of ours: it writes reserved_at and attempts,
// and what it doesn't know stays. Its time is retry_after_s all the same, and the dead one's fence
// doesn't fit any more.
TEST_F(Reserve, ARowThatLaravelTookOverFromADeadWorkerIsLaravels) {
    push(job());
    const ReservedJob dead = take_one(me);
    execute("UPDATE jobs SET reserved_at = UNIX_TIMESTAMP() - 80, attempts = attempts + 1");
    EXPECT_TRUE(take(other).empty()) << "80 s are within Laravel's 90";
    EXPECT_EQ(renew_leases(*pool, soon(), schema, {&dead}).lost.size(), 1U);
    age_leases(12);
    const ReservedJob again = take_one(other);
    EXPECT_EQ(again.fence.attempts, 3);
    age_leases(10);
    EXPECT_TRUE(take(me).empty());
    age_leases(7);
    EXPECT_EQ(take_one(me).fence.attempts, 4) << "ours again, so the lease counts";
}

TEST_F(Reserve, AJobTriedTooOftenToCountIsStillReserved) {
    push(job());
    execute("UPDATE jobs SET attempts = 65535, rescues = 65535");
    EXPECT_EQ(take_one(me).fence.attempts, 65535);
    age_leases(20);
    EXPECT_EQ(take_one(other).rescues, 65535);
}

TEST_F(Reserve, ClaimersNeverShareAJob) {
    push_many(std::vector<NewJob>(2000, job()));
    std::mutex mutex;
    std::multiset<std::uint64_t> ids;
    std::vector<std::thread> threads;
    for (std::uint64_t owner = 1; owner <= 4; ++owner) {
        threads.emplace_back([&, owner] {
            ClaimCursor cursor;
            for (;;) {
                const auto jobs =
                    reserve(*pool, soon(), schema, "default", 17, owner, LeaseRules(), cursor);
                if (jobs.empty()) {
                    return;
                }
                const std::lock_guard lock(mutex);
                for (const ReservedJob& reserved : jobs) {
                    ids.insert(reserved.key.id);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(ids.size(), 2000U);
    EXPECT_EQ(std::set<std::uint64_t>(ids.begin(), ids.end()).size(), 2000U);
    EXPECT_EQ(count("jobs", "attempts <> 1"), 0);
}

// Counts statements; the next one fails when told so.
class Statements final : public mysql::StatementHook {
public:
    [[nodiscard]] int before(std::string_view /*sql*/) override {
        ++count;
        return std::exchange(fail, 0);
    }

    [[nodiscard]] int after(std::string_view /*sql*/) override { return 0; }

    int count = 0;
    int fail = 0;
};

// docs/adr/0003
TEST_F(Reserve, WhoIsInAHurryIsToldBeforeTheMarkUnlessOthersCouldReadIt) {
    Statements statements;
    mysql::Endpoint endpoint = database.admin();
    endpoint.hook = &statements;
    mysql::Pool counted(endpoint, 1);
    ClaimCursor cursor;
    int told_after = 0;
    const auto on_claimed = [&](const std::vector<ReservedJob>& claimed) {
        EXPECT_EQ(claimed.size(), 1U);
        told_after = statements.count;
    };
    const auto reserve_one_of = [&](const NewJob& one) {
        push(one);
        static_cast<void>(counted.acquire(soon())->ping());
        statements.count = 0;
        return reserve(counted, soon(), schema, "default", 1, me, LeaseRules(), cursor, on_claimed);
    };
    NewJob plain = job();
    plain.tracked = false;
    ASSERT_EQ(reserve_one_of(plain).size(), 1U); // and the session is in the mode that claims want
    ASSERT_EQ(reserve_one_of(plain).size(), 1U);
    EXPECT_EQ(told_after, 1) << "the claim alone";
    ASSERT_EQ(reserve_one_of(job()).size(), 1U);
    EXPECT_EQ(told_after, 3) << "claim, mark, and the run's state";
    NewJob keyed = job();
    keyed.unique = UniqueRule{};
    keyed.unique->until = UniqueRule::Until::start;
    ASSERT_EQ(reserve_one_of(keyed).size(), 1U);
    EXPECT_EQ(told_after, 4) << "and the key that is free now";
}

TEST_F(Reserve, JobsThatBeganDoNotBeginAgainWhenTheirMarkWasRefused) {
    Statements statements;
    mysql::Endpoint endpoint = database.admin();
    endpoint.hook = &statements;
    mysql::Pool counted(endpoint, 1);
    NewJob plain = job();
    plain.tracked = false;
    push(plain);
    ClaimCursor cursor;
    int told = 0;
    const auto on_claimed = [&](const std::vector<ReservedJob>& /*claimed*/) {
        ++told;
        statements.fail = 1213;
    };
    EXPECT_THROW(
        static_cast<void>(
            reserve(counted, soon(), schema, "default", 1, me, LeaseRules(), cursor, on_claimed)
        ),
        Failure
    );
    EXPECT_EQ(told, 1);
    EXPECT_EQ(count("jobs", "reserved_at IS NULL AND attempts = 0"), 1) << "nobody holds it";
}

} // namespace
} // namespace bgerp::queue
