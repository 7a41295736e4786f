// bgerp bench fairness: how long the jobs of light tenants, one a second each, wait beside a tenant
// with a huge backlog, against the same on an idle worker; and what the heavy one loses by them.

#include "base/stop_signal.hpp"
#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_load_shapes.hpp"
#include "cli/bench_worker.hpp"

#include <thread>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t pushers = 4;

struct FairnessOptions {
    Load heavy{1'000'000};
    std::size_t light = 99;
    std::int64_t seconds = 6;
};

// One job a second of each light tenant, spread evenly, for so long; how long each waited, in ms.
std::vector<double> light_waits(
    Context& context,
    const std::vector<Tenant>& light,
    Doorbell& doorbell,
    std::chrono::seconds duration
) {
    std::vector<std::vector<double>> waits(pushers);
    std::vector<std::thread> threads;
    const auto begun = SteadyClock::now();
    const auto gap = std::chrono::microseconds(std::chrono::seconds(1)) / light.size();
    for (std::size_t p = 0; p < pushers; ++p) {
        threads.emplace_back([&, p] {
            const StopSignal pause;
            std::vector<TimedJobs> jobs;
            for (const Tenant& tenant : light) {
                jobs.emplace_back(context, tenant, doorbell);
            }
            for (std::int64_t second = 0; second < duration.count(); ++second) {
                for (std::size_t i = p; i < light.size(); i += pushers) {
                    const auto at = begun + std::chrono::seconds(second) + i * gap;
                    pause.wait_for(std::chrono::ceil<std::chrono::milliseconds>(
                        std::max<SteadyClock::duration>(at - SteadyClock::now(), {})
                    ));
                    jobs[i].push();
                }
            }
            for (std::size_t i = p; i < light.size(); i += pushers) {
                const auto more = jobs[i].collect();
                waits[p].insert(waits[p].end(), more.begin(), more.end());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::vector<double> all;
    for (const auto& some : waits) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

// Jobs a second that a tenant's backlog loses while `fn` runs.
std::uint64_t
drained_per_s(Context& context, const Tenant& tenant, const std::function<void()>& fn) {
    const std::size_t before = jobs_left(context, tenant);
    const auto begun = SteadyClock::now();
    fn();
    const auto took = SteadyClock::now() - begun;
    return per_second(before - jobs_left(context, tenant), took);
}

int bench_fairness(Context& context, const FairnessOptions& options) {
    const BenchTenants tenants(context, options.light + 1);
    const Tenant& heavy = tenants.all().front();
    const std::vector<Tenant> light(tenants.all().begin() + 1, tenants.all().end());
    const std::chrono::seconds duration(options.seconds);
    Doorbell doorbell(context.core().pool());
    std::vector<double> idle;
    {
        BenchWorker worker(context, tenants.codes());
        worker.wait_until_ready();
        light_waits(context, light, doorbell, std::chrono::seconds(1)); // warms up
        idle = light_waits(context, light, doorbell, duration);
    }
    enqueue_load(context, {heavy}, options.heavy);
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    const auto alone = drained_per_s(context, heavy, [&] { StopSignal().wait_for(duration); });
    std::vector<double> busy;
    const auto beside = drained_per_s(context, heavy, [&] {
        busy = light_waits(context, light, doorbell, duration);
    });
    if (jobs_left(context, heavy) == 0) {
        throw Failure(ErrorCode::invalid_argument, "the backlog was too small: give more --jobs");
    }
    context.output().result(
        {{"light", options.light},
         {"queues", options.heavy.queues},
         {"idle_p50_ms", percentile(idle, 0.50)},
         {"idle_p99_ms", percentile(idle, 0.99)},
         {"busy_p50_ms", percentile(busy, 0.50)},
         {"busy_p99_ms", percentile(busy, 0.99)},
         {"heavy_alone_per_s", alone},
         {"heavy_beside_per_s", beside}},
        "light tenants wait " + std::to_string(percentile(busy, 0.99)) + " ms (p99), " +
            std::to_string(percentile(idle, 0.99)) + " on an idle worker; the heavy one does " +
            std::to_string(beside) + " jobs a second, " + std::to_string(alone) + " alone"
    );
    return 0;
}

} // namespace

void add_fairness_benchmark(CLI::App& bench, Commands& commands) {
    const auto options = std::make_shared<FairnessOptions>();
    CLI::App& fairness = *bench.add_subcommand("fairness", "Light tenants beside a heavy one");
    fairness.add_option("--jobs", options->heavy.jobs, "The heavy tenant's backlog");
    fairness.add_option("--queues", options->heavy.queues, "Queues it is spread over")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
    fairness.add_option("--light", options->light, "Light tenants")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
    fairness.add_option("--seconds", options->seconds, "How long each part takes")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3600}));
    commands.on(fairness, [options](Context& context) {
        return bench_fairness(context, *options);
    });
}

} // namespace bgerp::cli
