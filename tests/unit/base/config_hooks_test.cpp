// Q29: the list `worker.hooks` of the configuration.
#include "base/config.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace bgerp {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ConfigHooks : public testing::Test {
protected:
    ~ConfigHooks() override { std::filesystem::remove(file_); }

    Result<Config> read(const std::string& hooks) {
        std::ofstream(file_) << "worker:\n  hooks:" << hooks << "\n";
        return read_config(file_, {});
    }

    std::string refused(const std::string& hooks) {
        const auto config = read(hooks);
        return config ? "" : config.error().message;
    }

    const std::string file_ =
        (std::filesystem::path(testing::TempDir()) /
         (std::string("hooks_") + testing::UnitTest::GetInstance()->current_test_info()->name()))
            .string();
};

TEST_F(ConfigHooks, Q29_HooksAreRead) {
    const auto config = read("\n    - on: dead\n      exec: [/usr/local/bin/page, ops]\n"
                             "    - {on: completed, queue: mail.*, kind: mail.send,"
                             " exec: [/bin/true], timeout_s: 3}");
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_EQ(config->worker.hooks.size(), 2U);
    const HookConfig& first = config->worker.hooks[0];
    EXPECT_EQ(first.on, HookConfig::Event::dead);
    EXPECT_THAT(first.exec, testing::ElementsAre("/usr/local/bin/page", "ops"));
    EXPECT_EQ(first.queue, "");
    EXPECT_EQ(first.kind, "");
    EXPECT_EQ(first.timeout_s, 10);
    const HookConfig& second = config->worker.hooks[1];
    EXPECT_EQ(second.on, HookConfig::Event::completed);
    EXPECT_EQ(second.queue, "mail.*");
    EXPECT_EQ(second.kind, "mail.send");
    EXPECT_EQ(second.timeout_s, 3);
}

TEST_F(ConfigHooks, Q29_WhatIsNoHookIsRefusedWithFileLineAndKey) {
    EXPECT_THAT(
        refused("\n    - on: dead\n      exec: [x]\n    - on: ded\n      exec: [x]"),
        AllOf(HasSubstr(file_ + ":5"), HasSubstr("worker.hooks[1].on"), HasSubstr("'ded'"))
    );
    EXPECT_THAT(
        refused("\n    - on: dead"),
        AllOf(HasSubstr(file_ + ":3"), HasSubstr("worker.hooks[0]"), HasSubstr("needs exec"))
    );
    EXPECT_THAT(refused(" [{on: dead, exec: []}]"), HasSubstr("needs exec"));
    EXPECT_THAT(refused(" [{on: dead, exec: ['']}]"), HasSubstr("worker.hooks[0].exec"));
    EXPECT_THAT(refused(" [{on: dead, exec: page}]"), HasSubstr("must be a list"));
    EXPECT_THAT(refused(" [{exec: [x]}]"), HasSubstr("needs on"));
    EXPECT_THAT(refused(" [{on: [dead], exec: [x]}]"), HasSubstr("must be a text"));
    EXPECT_THAT(refused(" [{on: dead, exec: [x], queue: [a]}]"), HasSubstr("must be a text"));
    EXPECT_THAT(refused(" [{on: dead, exec: [x], timeout_s: 0}]"), HasSubstr("from 1 to 300"));
    EXPECT_THAT(refused(" [{on: dead, exec: [x], timeout_s: soon}]"), HasSubstr("whole number"));
    EXPECT_THAT(refused(" [{on: dead, exec: [x], url: y}]"), HasSubstr("unknown key"));
    EXPECT_THAT(refused(" [dead]"), HasSubstr("must be a map"));
    EXPECT_THAT(refused(" {on: dead, exec: [x]}"), HasSubstr("must be a list of hooks"));
}

} // namespace
} // namespace bgerp
