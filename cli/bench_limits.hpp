// `bgerp bench limits`: what limits cost, the same jobs drained without and with them.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_limits_benchmark(CLI::App& bench, Commands& commands);

} // namespace bgerp::cli
