#include "base/ids.hpp"
#include "core_db/access_token.hpp"
#include "core_db/credentials.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

namespace bgerp::core_db {
namespace {

namespace fs = std::filesystem;

class MasterKeyTest : public testing::Test {
public:
    ~MasterKeyTest() override { fs::remove_all(folder_); }

protected:
    [[nodiscard]] std::string path() const { return folder_ + "/secrets/master.key"; }

private:
    std::string folder_ = testing::TempDir() + "master_key_" + random_hex(4);
};

TEST_F(MasterKeyTest, IsMadeOnceForItsOwnerAlone) {
    EXPECT_EQ(MasterKey::load(path()).error().code, ErrorCode::not_found);
    const auto made = MasterKey::load_or_create(path());
    ASSERT_TRUE(made) << made.error().message;
    const auto mode = fs::status(path()).permissions();
    EXPECT_EQ(mode, fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(MasterKey::load(path())->derive("x"), made->derive("x"));
    EXPECT_EQ(MasterKey::load_or_create(path())->derive("x"), made->derive("x"));
    EXPECT_EQ(std::distance(fs::directory_iterator(fs::path(path()).parent_path()), {}), 1);
}

TEST_F(MasterKeyTest, MadeByManyAtOnceItIsOneKey) {
    constexpr int makers = 8;
    std::vector<std::string> derived(makers);
    std::vector<std::thread> threads;
    threads.reserve(makers);
    for (int i = 0; i < makers; ++i) {
        threads.emplace_back([&, i] {
            derived[i] = value_or_throw(MasterKey::load_or_create(path())).derive("x");
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(std::set<std::string>(derived.begin(), derived.end()).size(), 1U);
}

TEST_F(MasterKeyTest, OneThatOthersMayReadOrThatIsNoKeyIsRefused) {
    ASSERT_TRUE(MasterKey::load_or_create(path()));
    fs::permissions(path(), fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(MasterKey::load(path()).error().code, ErrorCode::forbidden);
    fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream(path()) << "not a key\n";
    EXPECT_EQ(MasterKey::load(path()).error().code, ErrorCode::invalid_argument);
}

TEST_F(MasterKeyTest, EveryAccountServerAndEpochHasItsOwnPassword) {
    DatabaseConfig config;
    const Credentials credentials(config, MasterKey::load_or_create(path()).value());
    config.core_name = "another";
    const Credentials other(config, MasterKey::load(path()).value());
    std::set<std::string> passwords;
    for (const auto& account :
         {credentials.core(),
          credentials.migrate(),
          credentials.queue(),
          credentials.sweep(),
          credentials.tenant(1, "main", 1),
          credentials.tenant(1, "main", 2),
          credentials.tenant(1, "second", 1),
          credentials.tenant(2, "main", 1),
          other.core(),
          other.tenant(1, "main", 1)}) {
        EXPECT_TRUE(passwords.insert(account.password).second) << account.user;
        EXPECT_LE(account.user.size(), 32U) << "MySQL ends names there";
    }
    EXPECT_EQ(credentials.tenant(7, "main", 1).user, "bgerp_7");
}

TEST(AccessTokenTest, AbilitiesAreNamesGroupsOrEverything) {
    AccessToken token;
    token.abilities = {"jobs:*", "reports:run"};
    EXPECT_TRUE(token.allows("jobs:push"));
    EXPECT_TRUE(token.allows("reports:run"));
    EXPECT_FALSE(token.allows("reports:delete"));
    EXPECT_FALSE(token.allows("jobs"));
    EXPECT_FALSE(token.allows("jobsx:push"));
    token.abilities = {"*"};
    EXPECT_TRUE(token.allows("anything"));
}

} // namespace
} // namespace bgerp::core_db
