#include "core_db/access_token.hpp"
#include "core_db/account.hpp"
#include "migrations/catalog.hpp"
#include "tenant_db/provisioning.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace bgerp {
namespace {

using testing_support::TestPlatform;

OrgCode code(const std::string& text) {
    return value_or_throw(OrgCode::parse(text));
}

class ProvisioningTest : public testing::Test {
protected:
    static Deadline soon() { return TestPlatform::soon(); }

    static CreateOrganization wanted(const std::string& text) {
        return {code(text), "Name of " + text, {}, "standard", "boss@" + text + ".example"};
    }

    [[nodiscard]] TestPlatform& platform() { return platform_; }

    [[nodiscard]] mysql::Pool::Handle core() { return platform_.core().pool().acquire(soon()); }

    // What only a complete tenant can do.
    void expect_ready(const std::string& text) {
        platform_.directory().forget();
        const auto tenant = platform_.directory().find_active(code(text), soon());
        ASSERT_TRUE(tenant) << tenant.error().message;
        const auto pool = platform_.pools().pool(*tenant, soon());
        const auto components = pool->acquire(soon())->query_one(
            "SELECT COUNT(*) FROM salary_component",
            {},
            [](const mysql::Row& row) { return row.i64(0); }
        );
        EXPECT_EQ(components, 5) << "seeded once";
        for (const auto& migration : platform_.migrator().status(*tenant, soon())) {
            EXPECT_TRUE(migration.applied_at) << migration.name;
        }
        platform_.pools().queue_pool().acquire(soon())->execute(
            "DELETE FROM `" + tenant->database + "`.jobs"
        );
        const auto boss = core_db::find_account(*core(), "boss@" + text + ".example");
        ASSERT_TRUE(boss);
        EXPECT_EQ(core_db::role_in(*core(), boss->id, tenant->org_id), "admin");
    }

    [[nodiscard]] std::int64_t count(const std::string& sql, const std::string& param) {
        mysql::Connection admin(platform_.database().admin());
        return admin.query_one(sql, {param}, [](const mysql::Row& row) { return row.i64(0); })
            .value_or(-1);
    }

private:
    TestPlatform platform_;
};

TEST_F(ProvisioningTest, MakesATenantThatIsReadyToUse) {
    const auto created = platform().provisioning().create(wanted("acme"), soon());
    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->tenant.database, platform().database().tenant_database("acme"));
    ASSERT_TRUE(created->admin_password);
    EXPECT_TRUE(core_db::authenticate(*core(), "boss@acme.example", *created->admin_password));
    expect_ready("acme");
}

// Killed after each step in turn, as seen by whoever runs the command again.
TEST_F(ProvisioningTest, ACreationKilledAtAnyStepIsCompletedByTheSameCommand) {
    struct Killed {};

    std::vector<std::string> steps;
    const auto record = [&](const std::string& step) { steps.push_back(step); };
    ASSERT_TRUE(platform().provisioning(record).create(wanted("model"), soon()));
    ASSERT_GE(steps.size(), 6U);
    steps.pop_back(); // after the last one it is done
    int number = 0;
    for (const std::string& last : steps) {
        const std::string org = "org" + std::to_string(++number);
        SCOPED_TRACE("killed after " + last);
        const auto kill = [&](const std::string& step) {
            if (step == last) {
                throw Killed{};
            }
        };
        EXPECT_THROW(
            static_cast<void>(platform().provisioning(kill).create(wanted(org), soon())),
            Killed
        );
        platform().directory().forget();
        EXPECT_EQ(
            platform().directory().find_active(code(org), soon()).error().code,
            ErrorCode::forbidden
        ) << "half a tenant isn't worked for";
        const auto repaired = platform().provisioning().create(wanted(org), soon());
        ASSERT_TRUE(repaired) << repaired.error().message;
        EXPECT_TRUE(repaired->admin_password) << "the password is shown by the run that completes";
        expect_ready(org);
    }
}

TEST_F(ProvisioningTest, AReadyOneIsAConflictAndStaysAsItIs) {
    const auto first = platform().provisioning().create(wanted("acme"), soon());
    ASSERT_TRUE(first);
    auto again = wanted("acme");
    again.name = "Somebody else";
    again.admin_email = "thief@acme.example";
    const auto second = platform().provisioning().create(again, soon());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_EQ(exit_status(second.error().code), 4);
    platform().directory().forget();
    EXPECT_EQ(platform().directory().find(code("acme"), soon())->name, "Name of acme");
    EXPECT_FALSE(core_db::find_account(*core(), "thief@acme.example"));
}

TEST_F(ProvisioningTest, BadInputLeavesNothing) {
    auto bad = wanted("acme");
    bad.modules = {"hr", "magic"};
    EXPECT_EQ(
        platform().provisioning().create(bad, soon()).error().code,
        ErrorCode::invalid_argument
    );
    EXPECT_EQ(platform().directory().find(code("acme"), soon()).error().code, ErrorCode::not_found);
}

TEST_F(ProvisioningTest, OnlyChosenModulesHaveTables) {
    const Tenant tenant = platform().create_tenant("small", {"sales"});
    EXPECT_EQ(tenant.modules, (std::vector<std::string>{"base", "queue", "sales"}));
    const std::string has =
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ";
    EXPECT_EQ(count(has + "'invoice'", tenant.database), 1);
    EXPECT_EQ(count(has + "'jobs'", tenant.database), 1);
    EXPECT_EQ(count(has + "'employee'", tenant.database), 0);
}

TEST_F(ProvisioningTest, StatesChangeOnlyAlongTheirArrows) {
    ASSERT_TRUE(platform().provisioning().create(wanted("acme"), soon()));
    auto life = platform().provisioning();
    const auto conflict = [](const Result<Tenant>& result) {
        return !result && result.error().code == ErrorCode::conflict;
    };
    EXPECT_TRUE(conflict(life.resume(code("acme"), soon())));
    EXPECT_TRUE(life.suspend(code("acme"), soon()));
    EXPECT_TRUE(conflict(life.suspend(code("acme"), soon())));
    platform().directory().forget();
    EXPECT_TRUE(platform().directory().active(soon())->empty());
    EXPECT_TRUE(life.archive(code("acme"), soon()));
    EXPECT_TRUE(conflict(life.archive(code("acme"), soon())));
    EXPECT_TRUE(life.resume(code("acme"), soon()));
    EXPECT_EQ(life.suspend(code("nobody"), soon()).error().code, ErrorCode::not_found);
    expect_ready("acme");
}

TEST_F(ProvisioningTest, RotationShutsTheOldPasswordOutAndMendsWhatWasBroken) {
    ASSERT_TRUE(platform().provisioning().create(wanted("acme"), soon()));
    const Tenant before = platform().directory().find(code("acme"), soon()).value();
    const auto connect = [&](const Tenant& tenant) {
        const auto& credentials = platform().core().credentials();
        const auto account = credentials.tenant(tenant.org_id, tenant.server, tenant.epoch);
        mysql::Connection(credentials.endpoint(account, tenant.database));
    };
    connect(before);
    const auto after = platform().provisioning().rotate(code("acme"), soon());
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(after->epoch, before.epoch + 1);
    EXPECT_THROW(connect(before), mysql::DatabaseError);
    connect(*after);
    mysql::Connection(platform().database().admin())
        .execute_text(
            "DROP USER '" + platform().core().credentials().tenant(after->org_id, "main", 1).user +
            "'@'localhost'"
        );
    EXPECT_TRUE(platform().provisioning().rotate(code("acme"), soon()));
    expect_ready("acme");
}

TEST_F(ProvisioningTest, ADeletionKilledAtAnyStepIsCompletedAndLeavesNothing) {
    struct Killed {};

    for (const char* last : {"state", "database", "files", "none"}) {
        SCOPED_TRACE(last);
        const Tenant tenant = platform().create_tenant("acme");
        const std::string storage = platform().config().storage.dir;
        std::filesystem::create_directories(storage + "/acme");
        std::ofstream(storage + "/acme/upload") << "x";
        const auto kill = [&](const std::string& step) {
            if (step == last) {
                throw Killed{};
            }
        };
        try {
            EXPECT_TRUE(platform().provisioning(kill).remove(tenant.code, storage, soon()));
        } catch (const Killed&) {
            EXPECT_TRUE(platform().provisioning().remove(tenant.code, storage, soon()));
        }
        const auto account = platform().core().credentials().tenant(tenant.org_id, "main", 1);
        EXPECT_EQ(count("SELECT COUNT(*) FROM mysql.user WHERE User = ?", account.user), 0);
        EXPECT_EQ(count("SELECT COUNT(*) FROM mysql.tables_priv WHERE Db = ?", tenant.database), 0);
        EXPECT_EQ(
            count("SELECT COUNT(*) FROM mysql.columns_priv WHERE Db = ?", tenant.database),
            0
        );
        EXPECT_EQ(
            count(
                "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?",
                tenant.database
            ),
            0
        );
        EXPECT_FALSE(std::filesystem::exists(storage + "/acme"));
        EXPECT_EQ(
            platform().provisioning().remove(tenant.code, storage, soon()).error().code,
            ErrorCode::not_found
        );
    }
}

TEST_F(ProvisioningTest, MigratingAllGoesOnPastATenantThatFails) {
    const Tenant fine = platform().create_tenant("fine", {"base"});
    const Tenant broken = platform().create_tenant("broken", {"base"});
    const Tenant other = platform().create_tenant("other", {"base"});
    mysql::Connection(platform().database().admin())
        .execute_text("DROP DATABASE `" + broken.database + "`");
    std::vector<Tenant> tenants{fine, broken, other};
    for (Tenant& tenant : tenants) { // a release later there is a module more
        tenant.modules.emplace_back("hr");
    }
    std::map<std::string, bool> done;
    platform().migrator().migrate_all(tenants, 2, soon(), [&](const TenantMigrated& result) {
        done[result.org_code] = result.applied.has_value();
    });
    EXPECT_EQ(
        done,
        (std::map<std::string, bool>{{"fine", true}, {"broken", false}, {"other", true}})
    );
}

} // namespace
} // namespace bgerp
