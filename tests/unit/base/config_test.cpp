#include "base/config.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace bgerp {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ConfigTest : public testing::Test {
protected:
    ConfigTest()
        : file_((std::filesystem::path(testing::TempDir()) /
                 (std::string("config_") +
                  testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml"))
                    .string()) {}

public:
    ~ConfigTest() override { std::filesystem::remove(file_); }

protected:
    Result<Config> read(const std::string& text, const Environment& environment = {}) {
        std::ofstream(file_) << text;
        return read_config(file_, environment);
    }

    std::string file_;
};

TEST_F(ConfigTest, DefaultsNeedNoFile) {
    const auto config = read("");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->queue.lease_s, 15);
    EXPECT_EQ(config->queue.retry_after_s, 90);
    EXPECT_EQ(config->database.core_name, "bgerp");
}

TEST_F(ConfigTest, ReadsValuesListsAndPrograms) {
    const auto config = read("worker:\n"
                             "  concurrency: 7\n"
                             "  queues: [high, low]\n"
                             "log: {level: debug, format: json}\n"
                             "exec:\n"
                             "  resize:\n"
                             "    command: [/usr/bin/convert, -strip]\n"
                             "    timeout_s: 9\n");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->worker.concurrency, 7);
    EXPECT_THAT(config->worker.queues, testing::ElementsAre("high", "low"));
    EXPECT_EQ(config->log.format, LogFormat::json);
    ASSERT_EQ(config->exec.size(), 1U);
    EXPECT_EQ(config->exec[0].kind, "resize");
    EXPECT_EQ(config->exec[0].timeout_s, 9);
}

TEST_F(ConfigTest, AnUnknownKeyIsRefusedWithFileLineAndKey) {
    const auto config = read("queue:\n  lease_s: 10\n  leese_s: 12\n");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(config.error().message, AllOf(HasSubstr(file_ + ":3"), HasSubstr("queue.leese_s")));
}

TEST_F(ConfigTest, AnUnknownSectionIsRefused) {
    const auto config = read("queues:\n  lease_s: 10\n");
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, AllOf(HasSubstr(":1"), HasSubstr("queues")));
}

TEST_F(ConfigTest, AWrongTypeIsRefused) {
    for (const std::string text :
         {"many", "1.5", "3 apples", "[1]", "{a: 1}", "99999999999999999999"}) {
        const auto config = read("worker:\n  concurrency: " + text + "\n");
        ASSERT_FALSE(config) << text;
        EXPECT_THAT(
            config.error().message,
            AllOf(HasSubstr(":2"), HasSubstr("worker.concurrency"))
        );
    }
}

TEST_F(ConfigTest, AValueOutOfRangeIsRefusedWithTheRange) {
    const auto config = read("worker:\n  concurrency: 0\n");
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, HasSubstr("from 1 to 1024"));
}

TEST_F(ConfigTest, BrokenYamlIsRefusedWithItsLine) {
    const auto config = read("worker:\n  queues: [a, b\n");
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, HasSubstr(file_ + ":"));
}

TEST_F(ConfigTest, TheEnvironmentWinsOverTheFile) {
    const auto config = read(
        "worker:\n  concurrency: 2\n",
        {{"BGERP_WORKER_CONCURRENCY", "9"}, {"BGERP_WORKER_QUEUES", "a,b"}}
    );
    ASSERT_TRUE(config);
    EXPECT_EQ(config->worker.concurrency, 9);
    EXPECT_THAT(config->worker.queues, testing::ElementsAre("a", "b"));
}

TEST_F(ConfigTest, AWrongEnvironmentValueNamesTheVariable) {
    const auto config = read("", {{"BGERP_LOG_LEVEL", "loud"}});
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, HasSubstr("BGERP_LOG_LEVEL"));
}

TEST_F(ConfigTest, PathsAreRelativeToTheFile) {
    const auto config = read("storage:\n  dir: here/files\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(
        config->storage.dir,
        (std::filesystem::path(testing::TempDir()) / "here/files").lexically_normal().string()
    );
}

TEST_F(ConfigTest, ACoreNameThatCouldNotBeAnIdentifierIsRefused) {
    EXPECT_FALSE(read("database:\n  core_name: 'a`b'\n"));
    EXPECT_FALSE(read("database:\n  core_name: a_name_that_is_too_long\n"));
}

TEST_F(ConfigTest, AProgramNeedsACommand) {
    EXPECT_FALSE(read("exec:\n  resize:\n    timeout_s: 9\n"));
    EXPECT_FALSE(read("exec:\n  resize:\n    shell: rm\n"));
    EXPECT_FALSE(read("exec: resize\n"));
}

TEST(Config, ANamedFileThatIsNotThereIsNotFound) {
    const auto config = read_config("/nowhere/bgerp.yaml", {});
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::not_found);
}

TEST(Config, EveryKeyHasATextValue) {
    const auto keys = config_keys(Config{});
    EXPECT_GT(keys.size(), 40U);
    const auto lease = std::find_if(keys.begin(), keys.end(), [](const ConfigKey& key) {
        return key.name == "queue.lease_s";
    });
    ASSERT_NE(lease, keys.end());
    EXPECT_EQ(lease->value, "15");
}

TEST_F(ConfigTest, Q8_SchemasOfArgumentsAreReadAsYamlMeansThem) {
    const auto config = read("args:\n"
                             "  resize:\n"
                             "    type: object\n"
                             "    required: [path]\n"
                             "    additionalProperties: false\n"
                             "    properties:\n"
                             "      size: {type: integer, maximum: 40}\n"
                             "      mode: {enum: [fit, \"1\"]}\n");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(
        config->args.at("resize"),
        R"({"additionalProperties":false,"properties":{"mode":{"enum":["fit","1"]},)"
        R"("size":{"maximum":40,"type":"integer"}},"required":["path"],"type":"object"})"
    );
    EXPECT_FALSE(read("args: any\n"));
    EXPECT_FALSE(read("args:\n  resize: any\n"));
}

TEST_F(ConfigTest, Q11_AliasesAreAMap) {
    const auto config = read("queue:\n  aliases:\n    old.name: new.name\n");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->queue.aliases.at("old.name"), "new.name");
    const auto given = read("", {{"BGERP_QUEUE_ALIASES", "a=b,c=d"}});
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_EQ(given->queue.aliases.size(), 2U);
    EXPECT_EQ(given->queue.aliases.at("c"), "d");
    EXPECT_FALSE(read("", {{"BGERP_QUEUE_ALIASES", "a"}}));
    EXPECT_FALSE(read("queue:\n  aliases: [a, b]\n"));
}

} // namespace
} // namespace bgerp
