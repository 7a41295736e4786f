#include "base/mysql/transaction.hpp"
#include "core_db/access_token.hpp"
#include "core_db/account.hpp"
#include "core_db/worker_registry.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

namespace bgerp::core_db {
namespace {

using testing_support::TestPlatform;

class AccountTest : public testing::Test {
protected:
    AccountTest()
        : tenant_(platform_.create_tenant("acme", {"base"}))
        , connection_(platform_.core().pool().acquire(TestPlatform::soon())) {}

    [[nodiscard]] mysql::Connection& core() { return *connection_; }

    [[nodiscard]] std::uint64_t org_id() const { return tenant_.org_id; }

    std::uint64_t member(const std::string& email) {
        const auto id = value_or_throw(create_account(core(), email, "Ada", "correct horse"));
        join_organization(core(), id, org_id(), "member");
        return id;
    }

    CreatedAccessToken token(std::uint64_t account_id, std::int64_t days = 30) {
        return value_or_throw(
            create_access_token(core(), {org_id(), account_id, "laptop", {"jobs:*"}, days})
        );
    }

private:
    TestPlatform platform_;
    Tenant tenant_;
    mysql::Pool::Handle connection_;
};

TEST_F(AccountTest, AnAddressIsTakenOnceWhateverItsCase) {
    member("ada@acme.example");
    const auto again = create_account(core(), "ADA@acme.example", "", std::nullopt);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::conflict);
    EXPECT_EQ(list_accounts(core(), org_id()).size(), 1U);
    EXPECT_EQ(list_accounts(core(), org_id())[0].role, "member");
}

TEST_F(AccountTest, WhatIsNoAddressOrTooShortIsRefused) {
    for (const char* wrong : {"", "ada", "@x", "ada@", "a@b@c", "a b@c.example", "a\n@c.example"}) {
        EXPECT_EQ(
            create_account(core(), wrong, "", std::nullopt).error().code,
            ErrorCode::invalid_argument
        ) << wrong;
    }
    EXPECT_EQ(create_account(core(), "a@b.example", "", "short").error().field, "password");
}

TEST_F(AccountTest, LoggingInNeedsTheRightPasswordOfAnActiveAccount) {
    member("ada@acme.example");
    const auto code_of = [&](const char* email, const char* password) {
        const auto account = authenticate(core(), email, password);
        return account ? std::string() : account.error().message;
    };
    const std::string refused = code_of("ada@acme.example", "wrong horse");
    EXPECT_FALSE(refused.empty());
    EXPECT_EQ(code_of("nobody@acme.example", "correct horse"), refused) << "same words";
    EXPECT_EQ(code_of("ada@acme.example", "correct horse"), "");
    EXPECT_TRUE(set_password(core(), "ada@acme.example", "battery staple"));
    EXPECT_EQ(code_of("ada@acme.example", "correct horse"), refused);
    EXPECT_EQ(code_of("ada@acme.example", "battery staple"), "");
    EXPECT_TRUE(set_account_active(core(), "ada@acme.example", false));
    EXPECT_EQ(code_of("ada@acme.example", "battery staple"), refused);
    EXPECT_EQ(
        set_account_active(core(), "nobody@acme.example", true).error().code,
        ErrorCode::not_found
    );
    static_cast<void>(create_account(core(), "bob@acme.example", "", std::nullopt));
    EXPECT_EQ(code_of("bob@acme.example", ""), refused) << "no password is never right";
}

TEST_F(AccountTest, ATokenIsGoodUntilRevokedExpiredOrItsAccountIsOut) {
    const auto ada = member("ada@acme.example");
    const auto created = token(ada);
    const auto used = use_access_token(core(), created.text);
    ASSERT_TRUE(used);
    EXPECT_EQ(used->org_code, "acme");
    EXPECT_EQ(used->email, "ada@acme.example");
    EXPECT_TRUE(used->allows("jobs:push"));
    EXPECT_FALSE(used->allows("payroll:run"));
    EXPECT_TRUE(list_access_tokens(core(), org_id())[0].last_used_at);
    EXPECT_FALSE(use_access_token(core(), created.text + "0"));

    EXPECT_TRUE(set_account_active(core(), "ada@acme.example", false));
    EXPECT_FALSE(use_access_token(core(), created.text));
    EXPECT_TRUE(set_account_active(core(), "ada@acme.example", true));
    EXPECT_TRUE(use_access_token(core(), created.text));

    EXPECT_FALSE(use_access_token(core(), token(ada, 0).text)) << "expired";
    EXPECT_TRUE(revoke_access_token(core(), org_id(), created.id));
    EXPECT_TRUE(revoke_access_token(core(), org_id(), created.id));
    EXPECT_FALSE(use_access_token(core(), created.text));
    EXPECT_EQ(
        revoke_access_token(core(), org_id() + 1, created.id).error().code,
        ErrorCode::not_found
    ) << "another organization's";
}

TEST_F(AccountTest, TheTokensTextIsStoredNowhere) {
    const auto created = token(member("ada@acme.example"));
    const auto stored = core().query_one(
        "SELECT CONCAT_WS(' ', token_hash, name, abilities) FROM access_token",
        {},
        [](const mysql::Row& row) { return row.text(0); }
    );
    EXPECT_EQ(stored.value().find(created.text), std::string::npos);
    EXPECT_EQ(created.text.size(), std::string("bgerp_").size() + 64);
}

TEST_F(AccountTest, ATokenIsForMembersAndAllowsSomething) {
    const auto stranger = value_or_throw(create_account(core(), "eve@x.example", "", std::nullopt));
    const NewAccessToken foreign{org_id(), stranger, "", {"*"}, 1};
    EXPECT_EQ(create_access_token(core(), foreign).error().code, ErrorCode::forbidden);
    const auto ada = member("ada@acme.example");
    for (const std::vector<std::string>& abilities :
         {std::vector<std::string>{}, std::vector<std::string>{"Jobs Push"}}) {
        EXPECT_EQ(
            create_access_token(core(), {org_id(), ada, "", abilities, 1}).error().code,
            ErrorCode::invalid_argument
        );
    }
}

TEST_F(AccountTest, WorkersAreKnownWhileTheirHeartIsHeard) {
    register_worker(core(), {"w1", "host", 1, "127.0.0.1", 4001, {}, {}});
    register_worker(core(), {"w2", "host", 2, "127.0.0.1", 4002, {}, {}});
    EXPECT_EQ(list_workers(core(), std::chrono::seconds(10)).size(), 2U);
    core().execute("UPDATE worker_process SET heartbeat_at = UTC_TIMESTAMP(6) - INTERVAL 11 SECOND "
                   "WHERE id = 'w1'");
    const auto live = list_workers(core(), std::chrono::seconds(10));
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].doorbell_port, 4002U);
    EXPECT_TRUE(heartbeat_worker(core(), "w1"));
    EXPECT_EQ(list_workers(core(), std::chrono::seconds(10)).size(), 2U);
    unregister_worker(core(), "w1");
    EXPECT_FALSE(heartbeat_worker(core(), "w1"));
}

} // namespace
} // namespace bgerp::core_db
