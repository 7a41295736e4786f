#include "cli/bench_limits.hpp"

#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_worker.hpp"
#include "tenant_db/queue/limit.hpp"

#include <algorithm>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

struct LimitsOptions {
    std::size_t jobs = 100'000;
    std::size_t keys = 1000;
    std::size_t rounds = 1;
};

SteadyClock::duration drain(Context& context, const BenchTenants& tenants) {
    const auto begun = SteadyClock::now();
    BenchWorker worker(context, tenants.codes());
    wait_until_empty(context, tenants.all(), [&] { worker.check_alive(); });
    return SteadyClock::now() - begun;
}

// Two at one time and 200 a second for each key: asked for with every job and, at a key's even
// share of what one worker does, seldom in the way.
queue::Limit limit_of_keys() {
    queue::Limit limit;
    limit.name = "bench";
    limit.by = queue::by_limit_key;
    limit.concurrency = 2;
    limit.rate = 200;
    limit.burst = 200;
    return limit;
}

int bench_limits(Context& context, const LimitsOptions& options) {
    const BenchTenants tenants(context, 1);
    const auto pool = context.pools().pool(tenants.all().front(), Context::short_deadline());
    const auto schema = queue::QueueSchema::current();
    Load load{options.jobs};
    load.limit_keys = options.keys;
    SteadyClock::duration free{};
    SteadyClock::duration limited{};
    for (std::size_t round = 0; round < options.rounds; ++round) { // in turn: machines drift
        static_cast<void>(enqueue_load(context, tenants.all(), load));
        free += drain(context, tenants);
        value_or_throw(
            queue::set_limit(*pool->acquire(Context::short_deadline()), schema, limit_of_keys())
        );
        static_cast<void>(enqueue_load(context, tenants.all(), load));
        limited += drain(context, tenants);
        value_or_throw(
            queue::remove_limit(*pool->acquire(Context::short_deadline()), schema, "bench")
        );
    }
    const std::size_t jobs = options.jobs * options.rounds;
    const double ratio = std::chrono::duration<double>(free).count() /
                         std::chrono::duration<double>(limited).count();
    context.output().result(
        {{"jobs", jobs},
         {"keys", options.keys},
         {"drain_per_s", per_second(jobs, free)},
         {"limited_drain_per_s", per_second(jobs, limited)},
         {"ratio", ratio}},
        "drained " + std::to_string(per_second(jobs, free)) + " a second, with limits on " +
            std::to_string(options.keys) + " keys " + std::to_string(per_second(jobs, limited)) +
            " a second: ratio " + std::to_string(ratio)
    );
    return 0;
}

} // namespace

void add_limits_benchmark(CLI::App& bench, Commands& commands) {
    const auto options = std::make_shared<LimitsOptions>();
    CLI::App& command = *bench.add_subcommand("limits", "The same jobs without and with limits");
    command.add_option("--jobs", options->jobs, "How many jobs, each time")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    command.add_option("--keys", options->keys, "Over how many keys")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
    command.add_option("--rounds", options->rounds, "How many times each, in turn")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100}));
    commands.on(command, [options](Context& context) { return bench_limits(context, *options); });
}

} // namespace bgerp::cli
