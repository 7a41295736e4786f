// bgerp job events: what happened to jobs, as it happens. A part of the noun `job`, whose file
// alone uses it.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_job_events(CLI::App& job, Commands& commands);

} // namespace bgerp::cli
