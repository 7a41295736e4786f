// Q35: `worker.kind_concurrency`, as the worker takes it and as the configuration's reader checks
// it.
#include "base/config.hpp"
#include "base/kind_limits.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace bgerp {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(KindLimits, Q35_are_kinds_with_numbers) {
    EXPECT_EQ(kind_limits({"a:1", "b.c:20"}).value(), (KindLimits{{"a", 1}, {"b.c", 20}}));
    for (const char* bad : {"a", "a:", ":1", "a:0", "a:x", "a:1x", "a:5000"}) {
        EXPECT_FALSE(kind_limits({bad})) << bad;
    }
}

class ConfigKindLimits : public testing::Test {
protected:
    ~ConfigKindLimits() override { std::filesystem::remove(file_); }

    Result<Config> read(const std::string& value, const Environment& environment = {}) {
        std::ofstream(file_) << "worker:\n  concurrency: 4\n  kind_concurrency: " << value << "\n";
        return read_config(file_, environment);
    }

    const std::string file_ = (std::filesystem::path(testing::TempDir()) /
                               (std::string("kind_limits_") +
                                testing::UnitTest::GetInstance()->current_test_info()->name()))
                                  .string();
};

TEST_F(ConfigKindLimits, Q35_are_read_from_file_and_environment) {
    const auto config = read("[report.build:1, payroll.run:2]");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_THAT(
        config->worker.kind_concurrency,
        testing::ElementsAre("report.build:1", "payroll.run:2")
    );
    const auto given = read("[]", {{"BGERP_WORKER_KIND_CONCURRENCY", "a:1,b:2"}});
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_THAT(given->worker.kind_concurrency, testing::ElementsAre("a:1", "b:2"));
}

TEST_F(ConfigKindLimits, Q35_that_cant_be_read_are_refused_with_file_line_and_key) {
    const auto config = read("[report.build:1, noop]");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(config.error().field, "worker.kind_concurrency");
    EXPECT_THAT(
        config.error().message,
        AllOf(HasSubstr(file_ + ":3: worker.kind_concurrency: must be"), HasSubstr("'noop'"))
    );
    EXPECT_FALSE(read("noop:1")) << "it is a list";
}

TEST_F(ConfigKindLimits, Q35_of_the_environment_are_refused_with_its_name) {
    const auto config = read("[]", {{"BGERP_WORKER_KIND_CONCURRENCY", "noop:0"}});
    ASSERT_FALSE(config);
    EXPECT_THAT(
        config.error().message,
        AllOf(HasSubstr("BGERP_WORKER_KIND_CONCURRENCY"), HasSubstr("'noop:0'"))
    );
}

} // namespace
} // namespace bgerp
