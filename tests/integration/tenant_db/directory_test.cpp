#include "tenant_db/directory.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace bgerp {
namespace {

using testing_support::TestPlatform;

/// A clock that stands until it is turned.
class TurnedClock final : public Clock {
public:
    [[nodiscard]] std::chrono::system_clock::time_point now() const override { return {}; }

    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::milliseconds(ms_.load()));
    }

    void turn(std::chrono::milliseconds by) { ms_ += by.count(); }

private:
    std::atomic<std::int64_t> ms_ = 0;
};

class DirectoryTest : public testing::Test {
protected:
    DirectoryTest()
        : directory_(platform_.core().pool(), clock_) {}

    static Deadline soon() { return TestPlatform::soon(); }

    static OrgCode code(const std::string& text) { return value_or_throw(OrgCode::parse(text)); }

    // Statements this connection has run, this one included.
    [[nodiscard]] static std::int64_t statements_of(mysql::Connection& connection) {
        return connection
            .query_one(
                "SHOW SESSION STATUS LIKE 'Com_stmt_execute'",
                {},
                [](const mysql::Row& row) { return row.i64(1); }
            )
            .value();
    }

    [[nodiscard]] TestPlatform& platform() { return platform_; }

    [[nodiscard]] Directory& directory() { return directory_; }

    [[nodiscard]] TurnedClock& clock() { return clock_; }

private:
    TestPlatform platform_;
    TurnedClock clock_;
    Directory directory_;
};

TEST_F(DirectoryTest, AnswersAreAtMostTwoSecondsOld) {
    platform().create_tenant("acme", {"hr"});
    const auto found = directory().find_active(code("acme"), soon());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->has_module("hr"));
    EXPECT_FALSE(found->has_module("sales"));
    EXPECT_EQ(directory().active(soon())->size(), 1U);

    ASSERT_TRUE(platform().provisioning().suspend(code("acme"), soon()));
    clock().turn(std::chrono::milliseconds(1999));
    EXPECT_TRUE(directory().find_active(code("acme"), soon())) << "from the cache";
    EXPECT_EQ(directory().active(soon())->size(), 1U);
    clock().turn(std::chrono::milliseconds(1));
    EXPECT_EQ(directory().find_active(code("acme"), soon()).error().code, ErrorCode::forbidden);
    EXPECT_TRUE(directory().find(code("acme"), soon())) << "it is there, only not active";
    EXPECT_TRUE(directory().active(soon())->empty());
}

TEST_F(DirectoryTest, WhoIsNotThereIsLookedForAgain) {
    EXPECT_EQ(directory().find(code("acme"), soon()).error().code, ErrorCode::not_found);
    platform().create_tenant("acme", {"base"});
    EXPECT_FALSE(directory().find(code("acme"), soon())) << "remembered";
    directory().forget();
    EXPECT_TRUE(directory().find(code("acme"), soon()));
}

// The only connection of the core pool is held: if the callers asked one by one, or all at once,
// the statements would be as many as they.
TEST_F(DirectoryTest, OfManyCallersAtOnceOneAsksTheDatabase) {
    platform().create_tenant("acme", {"base"});
    constexpr int callers = 8;
    const auto& credentials = platform().core().credentials();
    const auto core_name = platform().config().database.core_name;
    mysql::Pool single(credentials.endpoint(credentials.core(), core_name), 1);
    Directory directory(single, clock());
    std::atomic<int> found = 0;
    std::vector<std::thread> threads;
    threads.reserve(callers);
    std::int64_t before = 0;
    {
        const auto held = single.acquire(soon());
        before = statements_of(*held);
        for (int i = 0; i < callers; ++i) {
            threads.emplace_back([&] {
                found += directory.find(code("acme"), soon()).has_value() ? 1 : 0;
            });
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(found, callers);
    EXPECT_EQ(statements_of(*single.acquire(soon())) - before, 2) << "its own and this one";
}

TEST_F(DirectoryTest, PoolsAreBoundedAndOneInUseIsNeverClosed) {
    const std::vector<Tenant> tenants{
        platform().create_tenant("one", {"base"}),
        platform().create_tenant("two", {"base"}),
        platform().create_tenant("three", {"base"})};
    DatabaseConfig config = platform().config().database;
    config.tenant_pools_max = 2;
    TenantPools pools(config, platform().core().credentials());

    const auto one = pools.pool(tenants[0], soon());
    const auto connection = one->acquire(soon());
    EXPECT_EQ(pools.pool(tenants[0], soon()).get(), one.get()) << "one pool a tenant";
    static_cast<void>(pools.pool(tenants[1], soon()));
    auto three = pools.pool(tenants[2], soon()); // in the place of two
    EXPECT_EQ(pools.open_pools(), 2U);
    EXPECT_TRUE(connection->ping());
    try {
        static_cast<void>(pools.pool(tenants[1], Deadline::after(std::chrono::milliseconds(30))));
        ADD_FAILURE() << "both pools are held";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::unavailable);
    }
    std::shared_ptr<mysql::Pool> two;
    auto held = pools.pool(tenants[2], soon());
    std::thread waiting([&] { two = pools.pool(tenants[1], soon()); });
    held.reset();
    three.reset();
    waiting.join();
    EXPECT_EQ(pools.open_pools(), 2U);
    EXPECT_TRUE(two->acquire(soon())->ping());
}

} // namespace
} // namespace bgerp
