// bgerp queue stats: what waits and runs, and what was done lately. A part of the noun `queue`,
// whose file alone uses it.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_queue_stats(CLI::App& queue, Commands& commands);

} // namespace bgerp::cli
