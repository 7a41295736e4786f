// bgerp queue prune: removes the history of jobs that ended long ago. A part of the noun `queue`,
// whose file alone uses it.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_queue_prune(CLI::App& queue, Commands& commands);

} // namespace bgerp::cli
