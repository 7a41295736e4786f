#include "base/atomic_file.hpp"
#include "base/file_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace bgerp {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("bgerp_atomic_file_" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }

    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return (folder_ / "out.txt").string(); }

    [[nodiscard]] std::string content() const {
        std::ostringstream text;
        text << std::ifstream(path()).rdbuf();
        return text.str();
    }

    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
    }

    fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsAtCommitAndNotBefore) {
    auto file = value_or_throw(AtomicFile::create(path()));
    const std::string large(1'000'000, 'x');
    value_or_throw(file.append(large));
    value_or_throw(file.append("end"));
    EXPECT_FALSE(fs::exists(path()));
    value_or_throw(file.commit());
    EXPECT_EQ(content(), large + "end");
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AtomicFileTest, LeavesTheOldFileAloneWhenAbandoned) {
    std::ofstream(path()) << "old";
    {
        auto file = value_or_throw(AtomicFile::create(path()));
        value_or_throw(file.append("new"));
        AtomicFile moved(std::move(file));
    }
    EXPECT_EQ(content(), "old");
    EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, WritesOverWhatADeadWriterLeft) {
    std::ofstream(path() + ".tmp") << "a longer rest of somebody else's";
    auto file = value_or_throw(AtomicFile::create(path()));
    value_or_throw(file.append("mine"));
    value_or_throw(file.commit());
    EXPECT_EQ(content(), "mine");
}

TEST_F(AtomicFileTest, ExcludesASecondWriterUntilTheFirstIsDone) {
    auto first = value_or_throw(AtomicFile::create(path()));
    const auto second = AtomicFile::create(path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    value_or_throw(first.append("first"));
    value_or_throw(first.commit());
    EXPECT_TRUE(AtomicFile::create(path()).has_value());
    EXPECT_EQ(content(), "first");
}

TEST_F(AtomicFileTest, SaysWhenTheDiskIsFull) {
    // In a child, because the limit on file sizes is the process's. EFBIG stands for ENOSPC here.
    const auto write_past_limit = [this] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{300'000, 300'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto file = value_or_throw(AtomicFile::create(path()));
        const auto written = file.append(std::string(1'000'000, 'x'));
        const bool full = !written && written.error().code == ErrorCode::storage_full;
        const bool refused = !file.append("x").and_then([&] { return file.commit(); });
        std::_Exit(full && refused ? 0 : 1);
    };
    EXPECT_EXIT(write_past_limit(), testing::ExitedWithCode(0), "");
    EXPECT_FALSE(fs::exists(path()));
}

TEST_F(AtomicFileTest, TellsMissingFoldersFromForbiddenOnes) {
    EXPECT_EQ(AtomicFile::create(path() + "/x/y").error().code, ErrorCode::not_found);
    EXPECT_EQ(file_error("write x", ENOSPC).code, ErrorCode::storage_full);
    EXPECT_EQ(file_error("write x", EACCES).code, ErrorCode::forbidden);
    EXPECT_EQ(folder_of("a/b/c"), "a/b");
    EXPECT_EQ(folder_of("/a"), "/");
    EXPECT_EQ(folder_of("a"), ".");
}

} // namespace
} // namespace bgerp
