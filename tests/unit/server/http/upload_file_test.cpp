#include "server/http/open_file.hpp"
#include "server/http/upload_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace bgerp::http {
namespace {

class UploadFileTest : public ::testing::Test {
protected:
    ~UploadFileTest() override { std::filesystem::remove_all(dir_); }

    const std::string dir_ =
        (std::filesystem::temp_directory_path() / ("bgerp-upload-" + std::to_string(::getpid())))
            .string();
};

TEST_F(UploadFileTest, PiecesBecomeOneFile) {
    UploadFile file(dir_, 100);
    ASSERT_TRUE(file.write("first,").has_value());
    ASSERT_TRUE(file.write("").has_value());
    ASSERT_TRUE(file.write("second").has_value());
    EXPECT_EQ(file.sha256_hex(), sha256_hex("first,second"));
    const std::string place = dir_ + "/imports/a.csv";
    ASSERT_TRUE(file.move_to(place).has_value());
    EXPECT_EQ(file.size(), 12U);
    EXPECT_EQ(value_or_throw(OpenFile::open(place))->read(0, 100), "first,second");
    EXPECT_EQ(value_or_throw(OpenFile::open(place))->read(6, 3), "sec");
}

TEST_F(UploadFileTest, IsGoneUnlessKept) {
    std::string dropped;
    std::string kept;
    {
        const UploadFile a(dir_, 1);
        UploadFile b(dir_, 1);
        ASSERT_TRUE(b.move_to(dir_ + "/b").has_value());
        b.keep();
        dropped = a.path();
        kept = b.path();
    }
    EXPECT_FALSE(std::filesystem::exists(dropped));
    EXPECT_TRUE(std::filesystem::exists(kept));
}

TEST_F(UploadFileTest, StopsAtTheLimit) {
    UploadFile file(dir_, 8);
    ASSERT_TRUE(file.write("12345678").has_value());
    const Result<void> over = file.write("9");
    ASSERT_FALSE(over.has_value());
    EXPECT_EQ(over.error().code, ErrorCode::too_large);
    EXPECT_EQ(file.size(), 8U);
}

TEST_F(UploadFileTest, NobodyElseMayRead) {
    const UploadFile file(dir_, 8);
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(
        std::filesystem::status(file.path()).permissions() & others,
        std::filesystem::perms::none
    );
    EXPECT_EQ(std::filesystem::status(dir_).permissions() & others, std::filesystem::perms::none);
}

TEST_F(UploadFileTest, OpensPlainFilesAlone) {
    std::filesystem::create_directories(dir_);
    std::filesystem::create_symlink("/etc/hostname", dir_ + "/link");
    EXPECT_FALSE(OpenFile::open(dir_).has_value());
    EXPECT_FALSE(OpenFile::open(dir_ + "/link").has_value());
    EXPECT_FALSE(OpenFile::open(dir_ + "/none").has_value());
}

} // namespace
} // namespace bgerp::http
