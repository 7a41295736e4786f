// bgerp bench …: how fast this machine is at what the platform does.

#include "cli/bench_limits.hpp"
#include "cli/bench_load_shapes.hpp"
#include "cli/bench_modules.hpp"
#include "cli/bench_queue.hpp"
#include "cli/nouns.hpp"

namespace bgerp::cli {

void add_bench(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("bench", "Measure this machine");
    noun.require_subcommand(1);
    add_queue_benchmarks(noun, commands);
    add_limits_benchmark(noun, commands);
    add_claims_benchmark(noun, commands);
    add_fairness_benchmark(noun, commands);
    add_soak_benchmark(noun, commands);
    add_module_benchmarks(noun, commands);
}

} // namespace bgerp::cli
