// The benchmarks of how the queue bears up, verbs of `bgerp bench`: `claims` (a claim's speed
// whatever the backlog), `fairness` (light tenants beside a heavy one) and `soak` (half an hour at
// a steady rate). Each makes organizations of its own and removes them.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_claims_benchmark(CLI::App& bench, Commands& commands);
void add_fairness_benchmark(CLI::App& bench, Commands& commands);
void add_soak_benchmark(CLI::App& bench, Commands& commands);

} // namespace bgerp::cli
