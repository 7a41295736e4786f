// The benchmarks of the queue, verbs of `bgerp bench`: `queue` (jobs a second in and out) and
// `latency` (from enqueueing to the handler's start). Each makes organizations of its own, has the
// real worker work for them alone, and removes them.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_queue_benchmarks(CLI::App& bench, Commands& commands);

} // namespace bgerp::cli
