// Tells an operator's program a piece of news: the text on its standard input, status 0 as its "I
// know". Used for alerts and for hooks on jobs; what the program writes is thrown away, but for the
// last line of standard error, which goes into the error. Groups, limits and environment are
// run_child's. Thread-safe; blocks until the program has ended or was ended.
#pragma once

#include "base/run_child.hpp"

#include <chrono>

namespace bgerp {

struct TellProgram {
    std::vector<std::string> command;
    Environment environment; // beside plain_environment()
    std::chrono::seconds timeout{30};
};

/// timeout: it didn't end in time and was killed with all that it started; cancelled: likewise,
/// when `stop_requested` said so; unavailable: it ended with another status; run_child's errors.
[[nodiscard]] Result<void> tell_program(
    const TellProgram& program, const std::string& news, const StopRequested& stop_requested
);

} // namespace bgerp
