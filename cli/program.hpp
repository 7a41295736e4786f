// The whole of `bgerp` but for its process: reads the arguments, runs the verb, says what came of
// it. Tests call it with streams of their own.
#pragma once

#include "base/config.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace bgerp::cli {

/// Runs one command (`arguments` without the program's name) and returns the exit status
/// (docs/contracts.md). Never throws.
[[nodiscard]] int
run(const std::vector<std::string>& arguments,
    const Environment& environment,
    std::ostream& out,
    std::ostream& remarks);

} // namespace bgerp::cli
