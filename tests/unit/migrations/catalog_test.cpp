#include "migrations/catalog.hpp"
#include "migrations/core/core_migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace bgerp::migrations {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

TEST(MigrationNameTest, IsYearMonthAndDescription) {
    EXPECT_TRUE(is_migration_name("2026_11_hr_employees"));
    EXPECT_TRUE(is_migration_name("2026_01_x"));
    for (const char* wrong :
         {"",
          "2026_11_",
          "2026_13_x",
          "2026_00_x",
          "0001_init_tenant_schema",
          "2026_11_Employees",
          "2026-11-x",
          "2026_11_a b"}) {
        EXPECT_FALSE(is_migration_name(wrong)) << wrong;
    }
}

TEST(CatalogTest, NamesAreWellFormedAndUnique) {
    for (const auto& list : {core_migrations(), tenant_migrations(all_modules())}) {
        std::set<std::string> seen;
        for (const Migration& migration : list) {
            EXPECT_TRUE(is_migration_name(migration.name)) << migration.name;
            EXPECT_TRUE(seen.insert(migration.name).second) << migration.name << " occurs twice";
            EXPECT_TRUE(migration.up) << migration.name;
        }
        EXPECT_FALSE(list.empty());
    }
}

TEST(CatalogTest, MigrationsBelongToTheModuleThatListsThem) {
    for (const std::string& module : all_modules()) {
        for (const Migration& migration : tenant_migrations({module})) {
            EXPECT_EQ(migration.module, module) << migration.name;
        }
    }
}

TEST(CatalogTest, ChosenModulesAreCompletedByTheRequiredOnes) {
    EXPECT_EQ(resolve_modules({}).value(), all_modules());
    const auto hr = resolve_modules({"hr", "hr"}).value();
    EXPECT_THAT(hr, IsSupersetOf(required_modules()));
    EXPECT_THAT(hr, Contains("hr").Times(1));
    EXPECT_THAT(hr, Not(Contains("sales")));
    EXPECT_EQ(hr.front(), "base");
    EXPECT_EQ(resolve_modules({"hr", "payrol"}).error().code, ErrorCode::invalid_argument);
}

} // namespace
} // namespace bgerp::migrations
