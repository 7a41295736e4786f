// bgerp job signal: sends a job what it waits for. A part of the noun `job`, whose file alone uses
// it.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_job_signal(CLI::App& job, Commands& commands);

} // namespace bgerp::cli
