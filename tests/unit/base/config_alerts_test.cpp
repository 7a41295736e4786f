// Q46: the section `alerts` of the configuration.
#include "base/config.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace bgerp {
namespace {

using testing::HasSubstr;

class ConfigAlerts : public testing::Test {
protected:
    ~ConfigAlerts() override { std::filesystem::remove(file_); }

    Result<Config> read(const std::string& rule) {
        std::ofstream(file_) << "alerts:\n  slow: {" << rule << "}\n";
        return read_config(file_, {});
    }

    std::string refused(const std::string& rule) {
        const auto config = read(rule);
        return config ? "" : config.error().message;
    }

    const std::string file_ =
        (std::filesystem::path(testing::TempDir()) /
         (std::string("alerts_") + testing::UnitTest::GetInstance()->current_test_info()->name()))
            .string();
};

TEST_F(ConfigAlerts, Q46_RulesAreRead) {
    const auto config = read("wait_s: 60, queue: mail.*, orgs: [acme], quiet_s: 5,"
                             " command: [/bin/page, -q]");
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_EQ(config->alerts.size(), 1U);
    const AlertConfig& rule = config->alerts[0];
    EXPECT_EQ(rule.name, "slow");
    EXPECT_EQ(rule.condition, AlertConfig::Condition::wait_s);
    EXPECT_EQ(rule.limit, 60);
    EXPECT_EQ(rule.queue, "mail.*");
    EXPECT_EQ(rule.orgs, std::vector<std::string>{"acme"});
    EXPECT_EQ(rule.quiet_s, 5);
    EXPECT_EQ(rule.command.size(), 2U);
    const auto hook = read("failure_percent: 0, url: 'https://a.example/x', secret_file: key");
    ASSERT_TRUE(hook) << hook.error().message;
    EXPECT_TRUE(hook->alerts[0].secret_file.starts_with('/')) << "beside the file";
}

TEST_F(ConfigAlerts, Q46_WhatIsNoRuleIsRefused) {
    EXPECT_THAT(refused("command: [x]"), HasSubstr("needs one of wait_s"));
    EXPECT_THAT(refused("wait_s: 1, backlog: 2, command: [x]"), HasSubstr("two rules"));
    EXPECT_THAT(refused("wait_s: 1"), HasSubstr("to be told by"));
    EXPECT_THAT(
        refused("wait_s: 1, command: [x], url: 'http://a', secret_file: k"),
        HasSubstr("to be told by")
    );
    EXPECT_THAT(refused("wait_s: 1, url: 'http://a'"), HasSubstr("secret_file"));
    EXPECT_THAT(refused("wait_s: 1, url: 'ftp://a', secret_file: k"), HasSubstr("https://"));
    EXPECT_THAT(refused("wait_s: 0, command: [x]"), HasSubstr("from 1 to"));
    EXPECT_THAT(refused("wait: 1, command: [x]"), HasSubstr("alerts.slow.wait: unknown key"));
    EXPECT_THAT(refused("wait_s: 1, command: x"), HasSubstr("must be a list"));
}

} // namespace
} // namespace bgerp
