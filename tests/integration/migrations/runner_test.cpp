#include "core_db/lease.hpp"
#include "migrations/catalog.hpp"
#include "migrations/core/core_migrations.hpp"
#include "migrations/runner.hpp"
#include "tests/support/test_database.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

namespace bgerp::migrations {
namespace {

using Names = std::vector<std::string>;

Deadline soon() {
    return Deadline::after(std::chrono::seconds(60));
}

class RunnerTest : public testing::Test {
protected:
    RunnerTest()
        : core_name_(database_.create_database())
        , tenant_name_(database_.create_database("_t_one"))
        , core_(database_.admin_pool(core_name_))
        , tenant_(database_.admin_pool(tenant_name_)) {}

    [[nodiscard]] Target tenant_target() const {
        return {*tenant_, *core_, tenant_name_, tenant_tracking_table};
    }

    [[nodiscard]] Target core_target() const {
        return {*core_, *core_, core_name_, core_tracking_table};
    }

    [[nodiscard]] Runner runner() const { return Runner(tenant_target()); }

    [[nodiscard]] mysql::Pool::Handle core() const { return core_->acquire(soon()); }

    [[nodiscard]] bool has_table(const std::string& table) const {
        return Schema(*tenant_->acquire(soon())).has_table(table);
    }

    [[nodiscard]] const std::string& tenant_name() const { return tenant_name_; }

private:
    testing_support::TestDatabase database_;
    std::string core_name_;
    std::string tenant_name_;
    std::unique_ptr<mysql::Pool> core_;
    std::unique_ptr<mysql::Pool> tenant_;
};

std::vector<Migration> two_tables() {
    return {
        create_tables("2026_01_one", "test", {{"one", "id INT PRIMARY KEY"}}),
        create_tables("2026_02_two", "test", {{"two", "id INT PRIMARY KEY"}})};
}

TEST_F(RunnerTest, EveryModuleMigratesAndASecondRunHasNothingToDo) {
    EXPECT_EQ(
        Runner(core_target()).migrate(core_migrations(), soon())->size(),
        core_migrations().size()
    );
    EXPECT_TRUE(Runner(core_target()).migrate(core_migrations(), soon())->empty());
    const auto all = tenant_migrations(all_modules());
    const auto done = runner().migrate(all, soon());
    ASSERT_TRUE(done) << done.error().message << ": " << done.error().detail;
    EXPECT_EQ(done->size(), all.size());
    EXPECT_TRUE(runner().migrate(all, soon())->empty());
    for (const char* table :
         {"employee", "payslip_line", "invoice", "report_file", "data_import"}) {
        EXPECT_TRUE(has_table(table)) << table;
    }
}

TEST_F(RunnerTest, EveryMigrationCanBeRolledBack) {
    const auto all = tenant_migrations(all_modules());
    static_cast<void>(runner().migrate(all, soon()));
    const auto back = runner().roll_back(all, std::nullopt, soon());
    ASSERT_TRUE(back) << back.error().message << ": " << back.error().detail;
    EXPECT_EQ(back->size(), all.size());
    EXPECT_EQ(back->front(), all.back().name);
    EXPECT_FALSE(has_table("employee"));
    EXPECT_EQ(runner().migrate(all, soon())->size(), all.size());
}

TEST_F(RunnerTest, OneThatDiedHalfwayIsCompletedByTheNextRun) {
    bool die = true;
    auto migrations = two_tables();
    migrations.push_back(
        {"2026_03_three",
         "test",
         [&](Schema& schema) {
             schema.create_table_if_missing("three", "id INT PRIMARY KEY");
             if (die) {
                 schema.run("THIS IS NOT SQL");
             }
             schema.add_column_if_missing("three", "name", "TEXT NULL");
         },
         {}}
    );
    const auto first = runner().migrate(migrations, soon());
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().field, "2026_03_three");
    EXPECT_EQ(first.error().message.find("THIS IS"), std::string::npos) << "no SQL for clients";
    EXPECT_TRUE(has_table("three")) << "half of it is there";
    die = false;
    EXPECT_EQ(runner().migrate(migrations, soon()).value(), Names{"2026_03_three"});
}

TEST_F(RunnerTest, RollsBackByBatchAndByStep) {
    auto migrations = two_tables();
    const std::vector<Migration> first_only{migrations[0]};
    EXPECT_EQ(runner().migrate(first_only, soon()).value(), Names{"2026_01_one"});
    migrations.push_back(create_tables("2026_03_three", "test", {{"three", "id INT PRIMARY KEY"}}));
    EXPECT_EQ(runner().migrate(migrations, soon())->size(), 2U);

    EXPECT_EQ(
        runner().roll_back(migrations, std::nullopt, soon()).value(),
        (Names{"2026_03_three", "2026_02_two"})
    ) << "the last batch alone";
    EXPECT_TRUE(has_table("one"));
    static_cast<void>(runner().migrate(migrations, soon()));
    EXPECT_EQ(runner().roll_back(migrations, 1, soon()).value(), Names{"2026_03_three"});

    migrations[1].down = {};
    const auto stuck = runner().roll_back(migrations, 1, soon());
    ASSERT_FALSE(stuck);
    EXPECT_EQ(stuck.error().code, ErrorCode::conflict);
    EXPECT_TRUE(has_table("two"));
}

TEST_F(RunnerTest, PretendingPrintsAndChangesNothing) {
    Names printed;
    const Runner pretending(tenant_target(), [&](const std::string& sql) {
        printed.push_back(sql);
    });
    EXPECT_EQ(pretending.migrate(two_tables(), soon())->size(), 2U);
    ASSERT_EQ(printed.size(), 2U);
    EXPECT_NE(printed[0].find("CREATE TABLE IF NOT EXISTS `one`"), std::string::npos);
    EXPECT_FALSE(has_table("one"));
    EXPECT_FALSE(has_table(tenant_tracking_table));
}

TEST_F(RunnerTest, StatusTellsAppliedPendingAndUnknown) {
    const auto migrations = two_tables();
    static_cast<void>(runner().migrate({migrations[0]}, soon()));
    const auto status = runner().status({migrations[1]}, soon());
    ASSERT_EQ(status.size(), 2U);
    EXPECT_EQ(status[0].name, "2026_02_two");
    EXPECT_FALSE(status[0].applied_at);
    EXPECT_EQ(status[1].name, "2026_01_one");
    EXPECT_EQ(status[1].module, "") << "applied by a program that knew it";
    EXPECT_EQ(status[1].batch, 1);
}

TEST_F(RunnerTest, TwoRunnersAtOnceApplyEachMigrationOnce) {
    std::atomic<int> ups = 0;
    auto migrations = two_tables();
    migrations.push_back({"2026_03_count", "test", [&](Schema&) { ++ups; }, {}});
    std::barrier together(2);
    std::vector<std::thread> threads;
    threads.reserve(2);
    std::atomic<std::size_t> applied = 0;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            together.arrive_and_wait();
            const auto done = runner().migrate(migrations, soon());
            applied += done ? done->size() : 100;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(ups, 1);
    EXPECT_EQ(applied, 3U);
}

TEST_F(RunnerTest, ARunnerElsewhereIsAConflictAndADeadOneIsNot) {
    static_cast<void>(runner().migrate({}, soon())); // makes the lease table
    const std::string name = "migrate:" + tenant_name();
    ASSERT_TRUE(core_db::acquire_lease(*core(), name, "elsewhere", std::chrono::minutes(5)));
    // Time enough to get as far as the lease.
    const auto refused = runner().migrate(two_tables(), Deadline::after(std::chrono::seconds(4)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_FALSE(has_table("one"));
    core()->execute("UPDATE lease SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
    EXPECT_EQ(runner().migrate(two_tables(), soon())->size(), 2U);
}

} // namespace
} // namespace bgerp::migrations
