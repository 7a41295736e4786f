#include "cli/bench_queue.hpp"

#include "base/stop_signal.hpp"
#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_worker.hpp"

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t tenants_max = 10'000;

// Some rounds of the sweep: the first ones open each organization's tables and prepare statements.
constexpr std::chrono::seconds warming_up{4};

// Between a job that began and the next one, so that the worker is idle: the end of the last is
// written meanwhile. The peers' programs in tests/bench/peers pause as long.
constexpr std::chrono::milliseconds between_jobs{2};

struct QueueOptions {
    Load load{100'000};
    std::size_t tenants = 1;
    bool keep = false;
};

struct LatencyOptions {
    std::size_t jobs = 500;
    std::size_t tenants = 1;
    bool keep = false;
    bool tracked = false;
};

struct IdleOptions {
    std::size_t tenants = 1000;
    bool keep = false;
    std::int64_t seconds = 20;
};

void remark_making(Context& context, std::size_t tenants) {
    context.output().remark("making " + std::to_string(tenants) + " organizations");
}

// From the worker's start to the last job's end: connecting and finding the work are included.
SteadyClock::duration drain(Context& context, const BenchTenants& tenants) {
    const auto begun = SteadyClock::now();
    BenchWorker worker(context, tenants.codes());
    wait_until_empty(context, tenants.all(), [&] { worker.check_alive(); });
    return SteadyClock::now() - begun;
}

// One job for each organization: the first one after the server's start opens the tables, whose
// pages may have to be read too, for some 100 µs.
void warm_up(Context& context, const BenchTenants& tenants) {
    enqueue_load(context, tenants.all(), Load{tenants.all().size()});
    drain(context, tenants);
}

int bench_queue(Context& context, const QueueOptions& options) {
    remark_making(context, options.tenants);
    const BenchTenants tenants(context, options.tenants, options.keep);
    warm_up(context, tenants);
    const std::size_t jobs = options.load.jobs;
    const auto enqueued = per_second(jobs, enqueue_load(context, tenants.all(), options.load));
    const auto drained = per_second(jobs, drain(context, tenants));
    context.output().result(
        {{"jobs", jobs},
         {"tenants", options.tenants},
         {"enqueue_per_s", enqueued},
         {"drain_per_s", drained}},
        "enqueued " + std::to_string(enqueued) + " a second, drained " + std::to_string(drained) +
            " a second"
    );
    return 0;
}

int bench_latency(Context& context, const LatencyOptions& options) {
    remark_making(context, options.tenants);
    const BenchTenants tenants(context, options.tenants, options.keep);
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    Doorbell doorbell(context.core().pool());
    TimedJobs timed(context, tenants.all().front(), doorbell, options.tracked);
    const Deadline warm = Deadline::after(warming_up);
    while (!warm.passed()) {
        timed.push();
        static_cast<void>(timed.collect());
    }
    const StopSignal pause;
    std::vector<double> latencies;
    std::vector<double> pushes; // the part of it that the one who enqueues spends
    for (std::size_t i = 0; i < options.jobs; ++i) {
        pushes.push_back(timed.push());
        latencies.push_back(timed.collect().front());
        pause.wait_for(between_jobs);
    }
    const double p50 = percentile(latencies, 0.50);
    const double p99 = percentile(latencies, 0.99);
    context.output().result(
        {{"tenants", options.tenants},
         {"p50_ms", p50},
         {"p99_ms", p99},
         {"enqueue_p50_ms", percentile(pushes, 0.50)}},
        "p50 " + std::to_string(p50) + " ms, p99 " + std::to_string(p99) + " ms"
    );
    return 0;
}

// Statements that all clients of the server ran so far.
std::int64_t statements(Context& context) {
    return context.core_connection()
        ->query_one(
            "SHOW GLOBAL STATUS LIKE 'Questions'",
            {},
            [](const mysql::Row& row) { return row.i64(1); }
        )
        .value_or(0);
}

// What a worker costs that has nothing to do.
int bench_idle(Context& context, const IdleOptions& options) {
    remark_making(context, options.tenants);
    const BenchTenants tenants(context, options.tenants, options.keep);
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    const StopSignal pause;
    constexpr std::chrono::seconds settling{5};
    pause.wait_for(settling);
    const auto cpu_before = worker.cpu_time();
    const auto statements_before = statements(context);
    const auto begun = SteadyClock::now();
    pause.wait_for(std::chrono::seconds(options.seconds));
    const std::chrono::duration<double> took = SteadyClock::now() - begun;
    const double cpu = (worker.cpu_time() - cpu_before) / took * 100;
    const double per_s =
        static_cast<double>(statements(context) - statements_before - 1) / took.count();
    context.output().result(
        {{"tenants", options.tenants},
         {"cpu_percent", cpu},
         {"statements_per_s", per_s},
         {"resident_mib", worker.resident_mib()}},
        std::to_string(cpu) + " % of a core, " + std::to_string(per_s) + " statements a second, " +
            std::to_string(worker.resident_mib()) + " MiB"
    );
    return 0;
}

void add_tenants(CLI::App& command, std::size_t& tenants, bool& keep) {
    command.add_option("--tenants", tenants, "Over how many organizations")
        ->check(CLI::Range(std::size_t{1}, tenants_max));
    command.add_flag("--keep", keep, "Leave the organizations, and use those that were left");
}

} // namespace

void add_queue_benchmarks(CLI::App& bench, Commands& commands) {
    const auto queue_options = std::make_shared<QueueOptions>();
    CLI::App& queue = *bench.add_subcommand("queue", "Empty jobs in and out, durably");
    queue.add_option("--jobs", queue_options->load.jobs, "How many jobs")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    add_tenants(queue, queue_options->tenants, queue_options->keep);
    queue.add_option("--queues", queue_options->load.queues, "Over how many queues of each")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
    queue.add_option("--payload-bytes", queue_options->load.payload_bytes, "Ballast in each job")
        ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}));
    commands.on(queue, [queue_options](Context& context) {
        return bench_queue(context, *queue_options);
    });
    const auto latency_options = std::make_shared<LatencyOptions>();
    CLI::App& latency = *bench.add_subcommand("latency", "From enqueueing to the handler's start");
    latency.add_option("--jobs", latency_options->jobs, "How many jobs, one after another")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
    add_tenants(latency, latency_options->tenants, latency_options->keep);
    latency.add_flag("--tracked", latency_options->tracked, "Jobs that keep state and history");
    commands.on(latency, [latency_options](Context& context) {
        return bench_latency(context, *latency_options);
    });
    const auto idle_options = std::make_shared<IdleOptions>();
    CLI::App& idle = *bench.add_subcommand("idle", "What a worker without work costs");
    idle.add_option("--seconds", idle_options->seconds, "How long to look")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3600}));
    add_tenants(idle, idle_options->tenants, idle_options->keep);
    commands.on(idle, [idle_options](Context& context) {
        return bench_idle(context, *idle_options);
    });
}

} // namespace bgerp::cli
