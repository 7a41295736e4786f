// bgerp bench fairness: how long the jobs of light tenants, one a second each, wait beside a tenant
// with a huge backlog, against the same on an idle worker; and what the heavy one loses by them.

#include "base/stop_signal.hpp"
#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_load_shapes.hpp"
#include "cli/bench_worker.hpp"

#include <fstream>
#include <functional>
#include <thread>
#include <unistd.h>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t pushers = 4;

struct FairnessOptions {
    Load heavy{1'000'000};
    std::size_t light = 99;
    std::int64_t seconds = 5;
};

// The light tenants: one job a second of each, spread evenly. What isn't theirs as tenants, the
// benchmark's own tables and looking up when the jobs began, lies outside of push().
class LightLoad {
public:
    LightLoad(Context& context, const std::vector<Tenant>& tenants, Doorbell& doorbell) {
        for (const Tenant& tenant : tenants) {
            jobs_.emplace_back(context, tenant, doorbell);
        }
    }

    /// Blocks for so long.
    void push(std::chrono::seconds duration) {
        std::vector<std::thread> threads;
        const auto begun = SteadyClock::now();
        for (std::size_t p = 0; p < pushers; ++p) {
            threads.emplace_back([&, p] { push_every_nth(p, begun, duration); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }

    /// How long each waited, in milliseconds, since the last call.
    [[nodiscard]] std::vector<double> waits() {
        std::vector<double> all;
        for (TimedJobs& jobs : jobs_) {
            const auto some = jobs.collect();
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }

private:
    void push_every_nth(
        std::size_t first, SteadyClock::time_point begun, std::chrono::seconds duration
    ) {
        const StopSignal pause;
        const auto gap = std::chrono::microseconds(std::chrono::seconds(1)) / jobs_.size();
        for (std::int64_t second = 0; second < duration.count(); ++second) {
            for (std::size_t i = first; i < jobs_.size(); i += pushers) {
                const auto at = begun + std::chrono::seconds(second) + i * gap;
                pause.wait_for(std::chrono::ceil<std::chrono::milliseconds>(
                    std::max<SteadyClock::duration>(at - SteadyClock::now(), {})
                ));
                jobs_[i].push();
            }
        }
    }

    std::vector<TimedJobs> jobs_;
};

// Processor time of everything on this machine since its start.
std::chrono::duration<double> machine_cpu_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    file >> word;
    double ticks = 0;
    for (int field = 0; field < 7; ++field) { // user nice system idle iowait irq softirq
        double value = 0;
        file >> value;
        ticks += field == 3 || field == 4 ? 0 : value;
    }
    return std::chrono::duration<double>(ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

// The part of the machine that was busy while `fn` ran, 0 to 1.
double machine_busy(const std::function<void()>& fn) {
    const auto cpu = machine_cpu_time();
    const auto begun = SteadyClock::now();
    fn();
    const std::chrono::duration<double> took = SteadyClock::now() - begun;
    return (machine_cpu_time() - cpu) / (took * std::thread::hardware_concurrency());
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
    const std::vector<Tenant> light_tenants(tenants.all().begin() + 1, tenants.all().end());
    const std::chrono::seconds duration(options.seconds);
    Doorbell doorbell(context.core().pool());
    LightLoad light(context, light_tenants, doorbell);
    const auto pushing = [&] { light.push(duration); };
    const auto resting = [&] { StopSignal().wait_for(duration); };
    std::vector<double> idle;
    double light_use = 0;
    {
        BenchWorker worker(context, tenants.codes());
        worker.wait_until_ready();
        light.push(std::chrono::seconds(1)); // warms up
        static_cast<void>(light.waits());
        const double before = machine_busy(resting); // what the machine does anyway wears off
        light_use = machine_busy(pushing);
        idle = light.waits();
        light_use -= (before + machine_busy(resting)) / 2;
    }
    enqueue_load(context, {heavy}, options.heavy);
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    const auto alone = drained_per_s(context, heavy, resting);
    const auto beside = drained_per_s(context, heavy, pushing);
    const auto busy = light.waits();
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
         {"light_use", light_use},
         {"heavy_alone_per_s", alone},
         {"heavy_beside_per_s", beside}},
        "light tenants wait " + std::to_string(percentile(busy, 0.99)) + " ms (p99), " +
            std::to_string(percentile(idle, 0.99)) + " on an idle worker; the heavy one does " +
            std::to_string(beside) + " jobs a second, " + std::to_string(alone) +
            " alone; on an idle worker the light ones take " + std::to_string(light_use * 100) +
            " % of the machine"
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
