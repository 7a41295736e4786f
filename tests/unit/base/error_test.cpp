#include "base/error.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

TEST(Error, CodesMapToTheContractsExitStatuses) {
    EXPECT_EQ(exit_status(ErrorCode::usage), 2);
    EXPECT_EQ(exit_status(ErrorCode::not_found), 3);
    EXPECT_EQ(exit_status(ErrorCode::conflict), 4);
    EXPECT_EQ(exit_status(ErrorCode::unavailable), 5);
    EXPECT_EQ(exit_status(ErrorCode::invalid_argument), 1);
}

TEST(Error, AFailureSaysMessageAndDetail) {
    const Failure failure(ErrorCode::unavailable, "the database is down", "errno 2002");
    EXPECT_STREQ(failure.what(), "the database is down: errno 2002");
    EXPECT_EQ(error_code_name(failure.error().code), "unavailable");
    EXPECT_EQ(http_status(failure.error().code), 503);
}

} // namespace
} // namespace bgerp
