// The benchmarks of imports, payroll and reports, verbs of `bgerp bench`: each makes a tenant of
// its own, does the work in this process as a worker would, and drops the tenant.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_module_benchmarks(CLI::App& bench, Commands& commands);

} // namespace bgerp::cli
