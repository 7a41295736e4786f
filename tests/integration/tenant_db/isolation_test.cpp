// Nobody reads what isn't theirs: tried with the accounts' own connections.
#include "base/mysql/connection.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

using mysql::Connection;
using testing_support::TestPlatform;

class IsolationTest : public testing::Test {
protected:
    // The names are chosen so that a `_` taken as a wildcard would let them into each other.
    IsolationTest()
        : a_b_(platform_.create_tenant("a_b"))
        , axb_(platform_.create_tenant("axb")) {}

    [[nodiscard]] std::unique_ptr<Connection> as_tenant(const Tenant& tenant) {
        return connect(credentials().tenant(tenant.org_id, tenant.server, tenant.epoch));
    }

    [[nodiscard]] std::unique_ptr<Connection> connect(const core_db::DatabaseAccount& account) {
        return std::make_unique<Connection>(credentials().endpoint(account, {}));
    }

    [[nodiscard]] const core_db::Credentials& credentials() {
        return platform_.core().credentials();
    }

    static void expect_allowed(Connection& connection, const std::string& sql) {
        EXPECT_NO_THROW(connection.query(sql, {}, [](const mysql::Row&) {})) << sql;
    }

    static void expect_denied(Connection& connection, const std::string& sql) {
        try {
            connection.execute_text(sql);
            ADD_FAILURE() << "allowed: " << sql;
        } catch (const mysql::DatabaseError& error) {
            EXPECT_EQ(error.error_class(), mysql::ErrorClass::access_denied)
                << sql << ": " << error.what();
        }
    }

    static std::string on(const Tenant& tenant, const std::string& table) {
        return "`" + tenant.database + "`." + table;
    }

    [[nodiscard]] const Tenant& a_b() const { return a_b_; }

    [[nodiscard]] const Tenant& axb() const { return axb_; }

    [[nodiscard]] TestPlatform& platform() { return platform_; }

private:
    TestPlatform platform_;
    Tenant a_b_;
    Tenant axb_;
};

TEST_F(IsolationTest, NeighboursCannotReadOrWriteEachOther) {
    for (const auto& [own, other] : {std::pair(a_b(), axb()), std::pair(axb(), a_b())}) {
        const auto connection = as_tenant(own);
        expect_allowed(*connection, "SELECT * FROM " + on(own, "employee"));
        expect_allowed(*connection, "DELETE FROM " + on(own, "department"));
        expect_denied(*connection, "SELECT * FROM " + on(other, "employee"));
        expect_denied(*connection, "SELECT id FROM " + on(other, "jobs"));
        expect_denied(*connection, "DELETE FROM " + on(other, "department"));
        expect_denied(*connection, "USE `" + other.database + "`");
    }
}

TEST_F(IsolationTest, ATenantCannotChangeTablesOrReadTheCore) {
    const auto connection = as_tenant(a_b());
    const std::string core = "`" + platform().config().database.core_name + "`.";
    expect_denied(*connection, "DROP TABLE " + on(a_b(), "employee"));
    expect_denied(*connection, "CREATE TABLE " + on(a_b(), "mine") + " (id INT)");
    expect_denied(*connection, "SELECT * FROM " + core + "account");
    expect_denied(*connection, "SELECT User FROM mysql.user");
}

TEST_F(IsolationTest, TheQueueAccountSeesOnlyTheQueue) {
    const auto connection = connect(credentials().queue());
    expect_allowed(*connection, "SELECT * FROM " + on(a_b(), "jobs"));
    expect_allowed(*connection, "DELETE FROM " + on(axb(), "failed_jobs"));
    for (const char* table : {"employee", "payslip", "activity_log", "tenant_schema_migrations"}) {
        expect_denied(*connection, "SELECT 1 FROM " + on(a_b(), table));
    }
    expect_denied(
        *connection,
        "SELECT * FROM `" + platform().config().database.core_name + "`.account"
    );
}

TEST_F(IsolationTest, TheSweepAccountSeesWhetherThereIsWorkButNotWhich) {
    const auto connection = connect(credentials().sweep());
    expect_allowed(
        *connection,
        "SELECT queue, priority, reserved_at, available_at FROM " + on(a_b(), "jobs")
    );
    expect_allowed(
        *connection,
        "SELECT queue, priority, available_at FROM " + on(axb(), "job_delayed")
    );
    expect_denied(*connection, "SELECT payload FROM " + on(a_b(), "jobs"));
    expect_denied(*connection, "SELECT payload FROM " + on(a_b(), "job_delayed"));
    expect_denied(*connection, "DELETE FROM " + on(a_b(), "jobs"));
    expect_denied(*connection, "SELECT 1 FROM " + on(a_b(), "employee"));
    expect_denied(*connection, "SELECT 1 FROM " + on(a_b(), "failed_jobs"));
}

TEST_F(IsolationTest, TheCoreAccountSeesNoTenant) {
    const auto connection = connect(credentials().core());
    expect_denied(*connection, "SELECT 1 FROM " + on(a_b(), "employee"));
    expect_denied(*connection, "SELECT 1 FROM " + on(a_b(), "jobs"));
}

TEST_F(IsolationTest, NoAccountWorksWithoutItsPassword) {
    auto account = credentials().tenant(a_b().org_id, a_b().server, a_b().epoch);
    account.password = credentials().tenant(a_b().org_id, a_b().server, a_b().epoch + 1).password;
    try {
        static_cast<void>(connect(account));
        ADD_FAILURE() << "another epoch's password was accepted";
    } catch (const mysql::DatabaseError& error) {
        EXPECT_EQ(error.error_class(), mysql::ErrorClass::access_denied);
    }
}

} // namespace
} // namespace bgerp
