#include "base/json.hpp"
#include "base/log.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp {
namespace {

class LogTest : public testing::Test {
protected:
    void TearDown() override {
        configure_log(LogLevel::warn, LogFormat::text);
        std::filesystem::remove(file_);
    }

    [[nodiscard]] std::string written() const {
        std::ostringstream text;
        text << std::ifstream(file_).rdbuf();
        return text.str();
    }

    std::string file_ = testing::TempDir() + "log_test_" +
                        testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(LogTest, AJsonLineHoldsEventFieldsAndScopes) {
    configure_log(LogLevel::info, LogFormat::json, file_);
    {
        const LogScope tenant("tenant", "acme");
        log_info("job finished", {{"job", "7"}, {"note", "a \"quoted\"\nline"}});
    }
    log_debug("not written at this level");
    log_info("outside");
    std::istringstream lines(written());
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    const auto first = parse_json(line);
    ASSERT_TRUE(first) << line;
    EXPECT_EQ((*first)["event"], "job finished");
    EXPECT_EQ((*first)["tenant"], "acme");
    EXPECT_EQ((*first)["job"], "7");
    EXPECT_EQ((*first)["note"], "a \"quoted\"\nline");
    EXPECT_EQ((*first)["level"], "info");
    ASSERT_TRUE(std::getline(lines, line));
    const auto second = parse_json(line);
    ASSERT_TRUE(second) << line;
    EXPECT_FALSE(second->contains("tenant"));
    EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(LogTest, ATextLineQuotesWhatNeedsIt) {
    configure_log(LogLevel::debug, LogFormat::text, file_);
    log_error("it broke", {{"plain", "x1"}, {"spaced", "a b"}, {"empty", ""}});
    EXPECT_THAT(written(), testing::HasSubstr("error it broke plain=x1 spaced=\"a b\" empty=\"\""));
}

} // namespace
} // namespace bgerp
