// Runs an operator's program for one job: input on its standard input, output collected up to a
// limit, error lines handed on as they come. The program gets its own process group, which is
// killed as a whole when the job must stop, when the program ends leaving children behind, or when
// this thread dies; a limit on its memory; an environment and open files of its own. No shell is
// involved. Thread-safe; blocks until the program has ended.
#pragma once

#include "base/config.hpp"
#include "base/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp {

struct ChildOptions {
    std::vector<std::string> command;   // program (looked up in PATH without a slash) and arguments
    Environment environment;            // all of it: nothing is inherited
    std::uint64_t memory_bytes_max = 0; // address space; 0: no limit
    std::size_t output_bytes_max = std::size_t{1024} * 1024;
};

struct ChildExit {
    int status = 0; // meaningful when signal is 0
    int signal = 0;
    std::string output;
};

/// What of this process's environment a program gets: PATH, HOME, LANG, TZ, TMPDIR.
[[nodiscard]] Environment plain_environment();

/// Asked every few milliseconds: true ends the program (TERM, then KILL).
using StopRequested = std::function<bool()>;
/// One line of standard error without its line break, cut at 1,000 bytes.
using OnErrorLine = std::function<void(std::string_view)>;

/// not_found: no such program; cancelled: stopped on request; too_large: the output passed its
/// limit; unavailable: the system has no process or file left.
[[nodiscard]] Result<ChildExit> run_child(
    const ChildOptions& options,
    const std::string& input,
    const StopRequested& stop_requested,
    const OnErrorLine& on_error_line
);

} // namespace bgerp
