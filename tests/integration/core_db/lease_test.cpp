#include "core_db/lease.hpp"
#include "core_db/lease_keeper.hpp"
#include "migrations/schema.hpp"
#include "tests/support/test_database.hpp"

#include <gtest/gtest.h>

namespace bgerp::core_db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds long_time{60'000};

Deadline soon() {
    return Deadline::after(seconds(30));
}

class LeaseTest : public testing::Test {
protected:
    LeaseTest()
        : pool_(database_.admin_pool(database_.create_database())) {
        migrations::Schema(*connection()).create_table_if_missing("lease", lease_table_body());
    }

    [[nodiscard]] mysql::Pool::Handle connection() const { return pool_->acquire(soon()); }

    [[nodiscard]] mysql::Pool& pool() const { return *pool_; }

    // The database's clock decides, so a test turns the row's, not its own.
    void let_run_out(const std::string& name) const {
        connection()->execute(
            "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE name = ?",
            {name}
        );
    }

private:
    testing_support::TestDatabase database_;
    std::unique_ptr<mysql::Pool> pool_;
};

TEST_F(LeaseTest, HasOneOwnerAtATimeAndAnEpochThatGrows) {
    const auto session = connection();
    const auto first = acquire_lease(*session, "job", "a", long_time);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->epoch, 1U);
    EXPECT_FALSE(acquire_lease(*session, "job", "b", long_time));
    EXPECT_FALSE(acquire_lease(*session, "job", "a", long_time)) << "not even its own owner twice";
    EXPECT_TRUE(acquire_lease(*session, "another job", "b", long_time));

    release_lease(*session, *first);
    const auto second = acquire_lease(*session, "job", "b", long_time);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->epoch, 2U);
    release_lease(*session, *first);
    EXPECT_FALSE(acquire_lease(*session, "job", "c", long_time)) << "released by a former owner";
}

TEST_F(LeaseTest, OneThatRanOutCanBeRenewedUntilSomebodyTakesIt) {
    const auto session = connection();
    const auto first = acquire_lease(*session, "job", "a", long_time);
    let_run_out("job");
    EXPECT_TRUE(renew_lease(*session, *first, long_time));
    EXPECT_FALSE(acquire_lease(*session, "job", "b", long_time));
    let_run_out("job");
    EXPECT_TRUE(acquire_lease(*session, "job", "b", long_time));
    EXPECT_FALSE(renew_lease(*session, *first, long_time));
}

TEST_F(LeaseTest, AKeeperRenewsUntilItIsGone) {
    {
        // A life long enough for a keeper that a busy machine holds up for seconds.
        const auto keeper = LeaseKeeper::acquire(pool(), "job", seconds(9), soon());
        ASSERT_TRUE(keeper);
        EXPECT_FALSE(LeaseKeeper::acquire(pool(), "job", long_time, Deadline::after(seconds(12))))
            << "longer than its life";
        EXPECT_FALSE(keeper->lost());
    }
    EXPECT_TRUE(acquire_lease(*connection(), "job", "b", long_time)) << "released, not run out";
}

TEST_F(LeaseTest, AKeeperNoticesThatItsLeaseWasTaken) {
    const auto keeper = LeaseKeeper::acquire(pool(), "job", milliseconds(300), soon());
    ASSERT_TRUE(keeper);
    connection()->execute("UPDATE lease SET owner = 'thief', epoch = epoch + 1");
    const Deadline deadline = soon();
    while (!keeper->lost() && !deadline.passed()) {
        static_cast<void>(connection()->ping());
    }
    EXPECT_TRUE(keeper->lost());
}

} // namespace
} // namespace bgerp::core_db
