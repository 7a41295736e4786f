#include "cli/bench_queue.hpp"

#include "base/stop_signal.hpp"
#include "cli/bench_tenants.hpp"
#include "cli/bench_worker.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/inspect.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t jobs_per_commit = 1000;
constexpr std::size_t enqueue_threads = 2;
constexpr std::chrono::milliseconds between_looks{10};
constexpr std::chrono::milliseconds between_polls{2};
constexpr std::chrono::minutes drain_time{60};

struct QueueOptions {
    std::size_t jobs = 100000;
    std::size_t tenants = 1;
    std::size_t payload_bytes = 0;
};

struct LatencyOptions {
    std::size_t jobs = 500;
};

std::uint64_t per_second(std::size_t count, SteadyClock::duration took) {
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 1e-6);
    return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
}

// Jobs of the i-th of so many tenants, when they are dealt out evenly.
std::size_t share(std::size_t jobs, std::size_t tenants, std::size_t i) {
    return jobs / tenants + (i < jobs % tenants ? 1 : 0);
}

void enqueue_for(mysql::Pool& pool, std::size_t jobs, std::size_t payload_bytes) {
    queue::NewJob job;
    job.kind = "noop";
    job.tracked = false;
    if (payload_bytes > 0) {
        job.args["fill"] = std::string(payload_bytes, 'x');
    }
    for (std::size_t made = 0; made < jobs; made += jobs_per_commit) {
        const std::vector<queue::NewJob> some(std::min(jobs_per_commit, jobs - made), job);
        const auto done = mysql::with_transaction(
            pool,
            Context::short_deadline(),
            [&](mysql::Transaction& transaction) {
                return queue::enqueue_many(transaction, queue::QueueSchema::current(), some);
            }
        );
        static_cast<void>(value_or_throw(done));
    }
}

SteadyClock::duration
enqueue_all(Context& context, const std::vector<Tenant>& tenants, const QueueOptions& options) {
    std::atomic<std::size_t> next{0};
    std::mutex error_mutex;
    std::exception_ptr error;
    TenantPools& pools = context.pools();
    const auto begun = SteadyClock::now();
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < enqueue_threads; ++t) {
        threads.emplace_back([&] {
            // With one tenant both threads work for it, each with half of the jobs.
            const std::size_t parts = std::max(tenants.size(), enqueue_threads);
            for (std::size_t i = next++; i < parts; i = next++) {
                try {
                    const Tenant& tenant = tenants[i % tenants.size()];
                    const auto pool = pools.pool(tenant, Context::short_deadline());
                    enqueue_for(*pool, share(options.jobs, parts, i), options.payload_bytes);
                } catch (...) { // rethrown by the caller's thread
                    const std::lock_guard lock(error_mutex);
                    error = std::current_exception();
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    if (error) {
        std::rethrow_exception(error);
    }
    return SteadyClock::now() - begun;
}

bool all_empty(Context& context, const std::vector<Tenant>& tenants) {
    return std::all_of(tenants.begin(), tenants.end(), [&](const Tenant& tenant) {
        const auto pool = context.pools().pool(tenant, Context::short_deadline());
        return !pool->acquire(Context::short_deadline())
                    ->query_one("SELECT 1 FROM jobs LIMIT 1", {}, [](const mysql::Row&) {
                        return true;
                    });
    });
}

// From the worker's start to the last job's end: connecting and finding the work are included.
SteadyClock::duration drain(Context& context, const BenchTenants& tenants) {
    const StopSignal pause;
    const Deadline deadline = Deadline::after(drain_time);
    const auto begun = SteadyClock::now();
    BenchWorker worker(context, tenants.codes());
    while (!all_empty(context, tenants.all())) {
        worker.check_alive();
        if (deadline.passed()) {
            throw Failure(ErrorCode::timeout, "the jobs weren't done within an hour");
        }
        pause.wait_for(between_looks);
    }
    return SteadyClock::now() - begun;
}

int bench_queue(Context& context, const QueueOptions& options) {
    context.output().remark("making " + std::to_string(options.tenants) + " organizations");
    const BenchTenants tenants(context, options.tenants);
    const auto enqueue_time = enqueue_all(context, tenants.all(), options);
    const auto drain_duration = drain(context, tenants);
    const auto enqueued = per_second(options.jobs, enqueue_time);
    const auto drained = per_second(options.jobs, drain_duration);
    context.output().result(
        {{"jobs", options.jobs},
         {"tenants", options.tenants},
         {"enqueue_per_s", enqueued},
         {"drain_per_s", drained}},
        "enqueued " + std::to_string(enqueued) + " a second, drained " + std::to_string(drained) +
            " a second"
    );
    return 0;
}

// Pushes one job and waits for its end; how long after the push began its handler did.
double one_latency_ms(mysql::Pool& pool, Doorbell& doorbell, const std::string& org) {
    const auto schema = queue::QueueSchema::current();
    queue::NewJob job;
    job.kind = "bench_latency";
    const auto begun = std::chrono::system_clock::now().time_since_epoch();
    const auto uuid = value_or_throw(mysql::with_transaction(
        pool,
        Context::short_deadline(),
        [&](mysql::Transaction& transaction) { return queue::enqueue(transaction, schema, job); }
    ));
    doorbell.ring(org);
    const StopSignal pause;
    const Deadline deadline = Context::short_deadline();
    while (!deadline.passed()) {
        pause.wait_for(between_polls);
        const auto connection = pool.acquire(Context::short_deadline());
        const Json shown = value_or_throw(queue::show_job(*connection, schema, uuid));
        if (shown.at("state") == "completed") {
            const auto started_us = shown.at("output").at("started_us").get<std::int64_t>();
            const auto begun_us =
                std::chrono::duration_cast<std::chrono::microseconds>(begun).count();
            return static_cast<double>(started_us - begun_us) / 1000.0;
        }
    }
    throw Failure(ErrorCode::timeout, "a job wasn't done in time");
}

double percentile(const std::vector<double>& sorted, double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    return sorted[index];
}

int bench_latency(Context& context, const LatencyOptions& options) {
    const BenchTenants tenants(context, 1);
    const Tenant& tenant = tenants.all().front();
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    const auto pool = context.pools().pool(tenant, Context::short_deadline());
    Doorbell doorbell(context.core().pool());
    static_cast<void>(one_latency_ms(*pool, doorbell, tenant.code.str())); // warms both ends up
    std::vector<double> latencies;
    for (std::size_t i = 0; i < options.jobs; ++i) {
        latencies.push_back(one_latency_ms(*pool, doorbell, tenant.code.str()));
    }
    std::sort(latencies.begin(), latencies.end());
    const double p50 = percentile(latencies, 0.50);
    const double p99 = percentile(latencies, 0.99);
    context.output().result(
        {{"p50_ms", p50}, {"p99_ms", p99}},
        "p50 " + std::to_string(p50) + " ms, p99 " + std::to_string(p99) + " ms"
    );
    return 0;
}

} // namespace

void add_queue_benchmarks(CLI::App& bench, Commands& commands) {
    const auto queue_options = std::make_shared<QueueOptions>();
    CLI::App& queue = *bench.add_subcommand("queue", "Empty jobs in and out, durably");
    queue.add_option("--jobs", queue_options->jobs, "How many jobs")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    queue.add_option("--tenants", queue_options->tenants, "Over how many organizations")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
    queue.add_option("--payload-bytes", queue_options->payload_bytes, "Ballast in each job")
        ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}));
    commands.on(queue, [queue_options](Context& context) {
        return bench_queue(context, *queue_options);
    });
    const auto latency_options = std::make_shared<LatencyOptions>();
    CLI::App& latency = *bench.add_subcommand("latency", "From enqueueing to the handler's start");
    latency.add_option("--jobs", latency_options->jobs, "How many jobs, one after another")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
    commands.on(latency, [latency_options](Context& context) {
        return bench_latency(context, *latency_options);
    });
}

} // namespace bgerp::cli
