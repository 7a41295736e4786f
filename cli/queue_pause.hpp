// The verbs of `bgerp queue` that keep jobs from being begun: pause, resume and pauses; of a queue,
// a kind, an organization, or the whole platform.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_queue_pauses(CLI::App& queue, Commands& commands);

} // namespace bgerp::cli
