#include "worker/handlers/exec.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

TEST(ParseProgress, reads_percent_and_message) {
    const auto progress = parse_progress("progress: 42 rows checked");
    ASSERT_TRUE(progress);
    EXPECT_EQ(progress->percent, 42);
    EXPECT_EQ(progress->message, "rows checked");
    EXPECT_EQ(parse_progress("progress: 100%")->percent, 100);
    EXPECT_EQ(parse_progress("progress: 0 ")->message, "");
}

TEST(ParseProgress, leaves_other_lines_alone) {
    for (const char* const line :
         {"",
          "progress:",
          "progress: ",
          "progress: x",
          "progress: 101 a",
          "progress: -1 a",
          "progress: 5x",
          "Progress: 5 a",
          " progress: 5 a"}) {
        EXPECT_FALSE(parse_progress(line)) << line;
    }
}

} // namespace
} // namespace bgerp::worker
