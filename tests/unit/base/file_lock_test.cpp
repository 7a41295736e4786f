#include "base/file_lock.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace bgerp {
namespace {

TEST(FileLockTest, OneHolderAtATime) {
    const std::string path = testing::TempDir() + "file_lock_" + std::to_string(getpid());
    {
        auto first = FileLock::acquire(path, Deadline::after(std::chrono::seconds(5)));
        ASSERT_TRUE(first);
        auto second = FileLock::acquire(path, Deadline::after(std::chrono::milliseconds(30)));
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, ErrorCode::timeout);
    }
    EXPECT_TRUE(FileLock::acquire(path, Deadline::after(std::chrono::seconds(5))));
    std::filesystem::remove(path);
}

TEST(FileLockTest, AFolderThatIsNotThereIsAnError) {
    const auto lock =
        FileLock::acquire("/no/such/folder/lock", Deadline::after(std::chrono::seconds(5)));
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::internal);
}

} // namespace
} // namespace bgerp
