#include "base/deadline.hpp"
#include "base/run_child.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>

namespace bgerp {
namespace {

constexpr const char* shell = "/bin/sh";

ChildOptions script(const std::string& text) {
    ChildOptions options;
    options.command = {shell, "-c", text};
    options.environment = {{"PATH", "/usr/bin:/bin"}, {"BGERP_ORG", "acme"}};
    return options;
}

bool never() {
    return false;
}

void ignore(std::string_view /*line*/) {}

TEST(RunChild, passes_input_and_collects_output) {
    const std::string input(200000, 'x'); // more than a pipe holds
    const auto exit = run_child(script("cat"), input, never, ignore);
    ASSERT_TRUE(exit) << exit.error().message;
    EXPECT_EQ(exit->status, 0);
    EXPECT_EQ(exit->output, input);
}

TEST(RunChild, a_program_that_reads_nothing_is_no_trouble) {
    const auto exit =
        run_child(script("exec <&-; echo done"), std::string(200000, 'x'), never, ignore);
    ASSERT_TRUE(exit) << exit.error().message;
    EXPECT_EQ(exit->output, "done\n");
}

TEST(RunChild, tells_status_and_signal) {
    EXPECT_EQ(run_child(script("exit 7"), "", never, ignore)->status, 7);
    EXPECT_EQ(run_child(script("kill -KILL $$"), "", never, ignore)->signal, SIGKILL);
}

TEST(RunChild, hands_on_error_lines) {
    std::vector<std::string> lines;
    const auto exit = run_child(script("echo a >&2; echo b >&2"), "", never, [&](auto line) {
        lines.emplace_back(line);
    });
    ASSERT_TRUE(exit);
    EXPECT_EQ(lines, (std::vector<std::string>{"a", "b"}));
}

TEST(RunChild, inherits_nothing) {
    const auto exit =
        run_child(script("echo $BGERP_ORG; env | wc -l; ls /proc/self/fd"), "", never, ignore);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->output.substr(0, 5), "acme\n");
    EXPECT_EQ(exit->output.find("HOME"), std::string::npos);
    EXPECT_EQ(exit->output.substr(exit->output.find("0\n")), "0\n1\n2\n3\n") << "3 is ls's own";
}

TEST(RunChild, an_unknown_program_is_not_found) {
    ChildOptions options;
    options.command = {"/nonexistent/program"};
    const auto exit = run_child(options, "", never, ignore);
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().code, ErrorCode::not_found);
}

TEST(RunChild, too_much_output_ends_it) {
    ChildOptions options = script("yes");
    options.output_bytes_max = 1000;
    const auto exit = run_child(options, "", never, ignore);
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().code, ErrorCode::too_large);
}

TEST(RunChild, memory_is_limited) {
    ChildOptions options = script("head -c 500000000 /dev/zero | tail -c 400000000 | wc -c");
    options.memory_bytes_max = 100U << 20U;
    const auto exit = run_child(options, "", never, ignore);
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->output.find("400000000"), std::string::npos);
}

// A stopped program takes its whole group with it: the grandchild holds the pipe, and would hold
// this test for a minute if it lived.
TEST(RunChild, stops_the_whole_group_on_request) {
    std::atomic<bool> started{false};
    const auto exit = run_child(
        script("echo up >&2; sleep 60 & trap '' TERM; wait; wait"),
        "",
        [&] { return started.load(); },
        [&](auto) { started = true; }
    );
    ASSERT_FALSE(exit);
    EXPECT_EQ(exit.error().code, ErrorCode::cancelled);
}

TEST(RunChild, children_left_behind_are_ended) {
    const auto exit = run_child(script("sleep 60 & echo $!"), "", never, ignore);
    ASSERT_TRUE(exit);
    const pid_t left = std::stoi(exit->output);
    const Deadline deadline = Deadline::after(std::chrono::seconds(10));
    while (::kill(left, 0) == 0 && !deadline.passed()) {
        run_child(script("true"), "", never, ignore).value(); // something that takes a moment
    }
    EXPECT_FALSE(deadline.passed());
}

} // namespace
} // namespace bgerp
