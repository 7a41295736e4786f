// bgerp bench soak: a steady rate of empty jobs for a long time, and whether anything grows by it:
// the worker's memory, the waits, the server's history list, the table.

#include "base/stop_signal.hpp"
#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_load_shapes.hpp"
#include "cli/bench_worker.hpp"
#include "tenant_db/database_accounts.hpp"

#include <iomanip>
#include <sstream>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds tick{20};

struct SoakOptions {
    double minutes = 30;
    std::size_t per_s = 30'000;
    std::int64_t report_s = 10;
};

struct Sample {
    double p50_ms = 0;
    double p99_ms = 0;
    double resident_mib = 0;
    std::int64_t history = 0; // transactions that purge hasn't got to
    double table_mib = 0;
    std::uint64_t jobs_per_s = 0;
};

class Soak {
public:
    Soak(Context& context, const Tenant& tenant, BenchWorker& worker)
        : context_(context)
        , tenant_(tenant)
        , worker_(worker)
        , admin_(value_or_throw(admin_endpoint(context.config().database)))
        , doorbell_(context.core().pool()) {}

    // Jobs at the rate for so long, a timed one now and then.
    Sample run(std::size_t per_s, std::chrono::seconds duration) {
        TimedJobs timed(context_, tenant_, doorbell_);
        const StopSignal pause;
        const auto begun = SteadyClock::now();
        std::size_t made = 0;
        for (auto now = begun; now - begun < duration; now = SteadyClock::now()) {
            const double due =
                std::chrono::duration<double>(now - begun).count() * static_cast<double>(per_s);
            if (static_cast<double>(made) < due) {
                const auto some = static_cast<std::size_t>(due) - made + 1;
                enqueue_load(context_, {tenant_}, {some});
                made += some;
            }
            timed.push();
            pause.wait_for(tick);
        }
        Sample sample;
        sample.jobs_per_s = per_second(made, SteadyClock::now() - begun);
        const auto waits = timed.collect();
        sample.p50_ms = percentile(waits, 0.50);
        sample.p99_ms = percentile(waits, 0.99);
        sample.resident_mib = worker_.resident_mib();
        look_at_server(sample);
        return sample;
    }

private:
    void look_at_server(Sample& sample) {
        mysql::Connection connection(admin_);
        connection.query(
            "SELECT COUNT FROM information_schema.INNODB_METRICS"
            " WHERE NAME = 'trx_rseg_history_len'",
            {},
            [&](const mysql::Row& row) { sample.history = row.i64(0); }
        );
        connection.query(
            "SELECT CAST(FILE_SIZE DIV 1048576 AS SIGNED)"
            " FROM information_schema.INNODB_SYS_TABLESPACES WHERE NAME = ?",
            {tenant_.database + "/jobs"},
            [&](const mysql::Row& row) { sample.table_mib = static_cast<double>(row.i64(0)); }
        );
    }

    Context& context_;
    const Tenant& tenant_;
    BenchWorker& worker_;
    const mysql::Endpoint admin_;
    Doorbell doorbell_;
};

void say(Context& context, double minutes, const Sample& sample) {
    std::ostringstream line;
    line << std::fixed << std::setprecision(1) << minutes << " min: " << sample.jobs_per_s
         << " jobs/s, p50 " << std::setprecision(2) << sample.p50_ms << " ms, p99 " << sample.p99_ms
         << " ms, worker " << std::setprecision(1) << sample.resident_mib << " MiB, history "
         << sample.history << ", table " << sample.table_mib << " MiB";
    context.output().remark(line.str());
}

// The middle value of a figure over some samples: one hiccup is no trend.
template <class Figure>
double middle(const std::vector<Sample>& samples, std::size_t from, std::size_t to, Figure figure) {
    std::vector<double> values;
    for (std::size_t i = from; i < to; ++i) {
        values.push_back(static_cast<double>(figure(samples[i])));
    }
    return percentile(values, 0.5);
}

Json verdict(const std::vector<Sample>& samples) {
    const std::size_t quarter = std::max<std::size_t>(samples.size() / 4, 1);
    const auto early_late = [&](auto figure) {
        return Json{
            {"first_quarter", middle(samples, 0, quarter, figure)},
            {"last_quarter", middle(samples, samples.size() - quarter, samples.size(), figure)}};
    };
    return {
        {"jobs_per_s", early_late([](const Sample& s) { return s.jobs_per_s; })},
        {"p99_ms", early_late([](const Sample& s) { return s.p99_ms; })},
        {"resident_mib", early_late([](const Sample& s) { return s.resident_mib; })},
        {"history", early_late([](const Sample& s) { return s.history; })},
        {"table_mib", early_late([](const Sample& s) { return s.table_mib; })}};
}

int bench_soak(Context& context, const SoakOptions& options) {
    const BenchTenants tenants(context, 1);
    BenchWorker worker(context, tenants.codes());
    worker.wait_until_ready();
    Soak soak(context, tenants.all().front(), worker);
    const auto begun = SteadyClock::now();
    const auto minutes = [&] {
        return std::chrono::duration<double, std::ratio<60>>(SteadyClock::now() - begun).count();
    };
    std::vector<Sample> samples;
    while (minutes() < options.minutes) {
        samples.push_back(soak.run(options.per_s, std::chrono::seconds(options.report_s)));
        say(context, minutes(), samples.back());
        worker.check_alive();
    }
    const Json result = verdict(samples);
    context.output().result(result, result.dump(2));
    return 0;
}

} // namespace

void add_soak_benchmark(CLI::App& bench, Commands& commands) {
    const auto options = std::make_shared<SoakOptions>();
    CLI::App& soak = *bench.add_subcommand("soak", "A steady rate for a long time");
    soak.add_option("--minutes", options->minutes, "How long")->check(CLI::Range(0.1, 10'000.0));
    soak.add_option("--per-s", options->per_s, "Jobs a second: half of what `bench queue` says")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
    soak.add_option("--report-s", options->report_s, "Seconds between two reports")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3600}));
    commands.on(soak, [options](Context& context) { return bench_soak(context, *options); });
}

} // namespace bgerp::cli
