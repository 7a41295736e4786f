// bgerp bench claims: how fast jobs are claimed with 1,000 jobs waiting, with a million, and with a
// hundred thousand delayed ones in the way, in one run. The backlog stays: what is claimed is ended
// and put in again. Only the claims are timed; the cursor is set back as often as the worker does.

#include "cli/bench_figures.hpp"
#include "cli/bench_load.hpp"
#include "cli/bench_load_shapes.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/lifecycle.hpp"

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t few = 1000;
constexpr std::size_t per_claim = 100;
constexpr std::uint64_t owner = 1;
constexpr std::chrono::milliseconds rewind_interval{100};

struct ClaimsOptions {
    std::size_t jobs = 1'000'000;
    std::size_t delayed = 100'000;
    std::size_t claims = 500;
};

class ClaimsBench {
public:
    ClaimsBench(Context& context, const Tenant& tenant)
        : context_(context)
        , tenant_(tenant)
        , pool_(context.pools().queue_pool())
        , schema_(queue::QueueSchema::of(tenant.database)) {}

    void fill_up_to(std::size_t jobs) {
        const std::size_t there = jobs_left(context_, tenant_);
        enqueue_load(context_, {tenant_}, {jobs > there ? jobs - there : 0});
    }

    // As Laravel delays, in `jobs` itself and before all others, and as we do; then what
    // housekeeping does about the first kind within a minute.
    void delay(std::size_t jobs) {
        constexpr std::size_t rows = 1000;
        for (std::size_t made = 0; made < jobs; made += rows) {
            std::string sql = "INSERT INTO " + schema_("jobs") +
                              " (queue, priority, payload, available_at, created_at) VALUES ";
            for (std::size_t i = 0; i < rows; ++i) {
                sql += i == 0 ? "" : ",";
                sql += "('default', -1, '{\"job\":\"noop\"}', UNIX_TIMESTAMP() + 3600, 1)";
            }
            pool_.acquire(Context::short_deadline())->execute(sql);
        }
        queue::ShuntCursor cursor;
        constexpr std::size_t rows_at_a_time = 500;
        while (queue::shunt_delayed(
                   pool_,
                   Context::short_deadline(),
                   schema_,
                   rows_at_a_time,
                   cursor
               ) > 0) {
        }
    }

    std::uint64_t claims_per_s(std::size_t claims) {
        SteadyClock::duration spent{0};
        queue::ClaimCursor cursor;
        auto rewound_at = SteadyClock::now();
        std::size_t claimed = 0;
        for (std::size_t i = 0; i < claims; ++i) {
            const auto begun = SteadyClock::now();
            if (begun - rewound_at > rewind_interval) {
                cursor = {};
                rewound_at = begun;
            }
            const auto jobs = queue::reserve(
                pool_,
                Context::short_deadline(),
                schema_,
                "default",
                per_claim,
                owner,
                {},
                cursor
            );
            spent += SteadyClock::now() - begun;
            claimed += jobs.size();
            put_back(jobs);
        }
        return per_second(claimed, spent);
    }

private:
    void put_back(const std::vector<queue::ReservedJob>& jobs) {
        std::vector<queue::Completion> ends(jobs.size());
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            ends[i].job = &jobs[i];
        }
        queue::complete_many_if_mine(pool_, Context::short_deadline(), schema_, ends);
        enqueue_load(context_, {tenant_}, {jobs.size()});
    }

    Context& context_;
    const Tenant& tenant_;
    mysql::Pool& pool_;
    const queue::QueueSchema schema_;
};

int bench_claims(Context& context, const ClaimsOptions& options) {
    const BenchTenants tenants(context, 1);
    ClaimsBench bench(context, tenants.all().front());
    bench.fill_up_to(few);
    bench.claims_per_s(options.claims); // warms up
    const auto with_few = bench.claims_per_s(options.claims);
    bench.fill_up_to(options.jobs);
    const auto with_many = bench.claims_per_s(options.claims);
    bench.delay(options.delayed);
    const auto with_delayed = bench.claims_per_s(options.claims);
    const auto part = [&](std::uint64_t rate) {
        return static_cast<double>(rate) /
               static_cast<double>(std::max<std::uint64_t>(with_few, 1));
    };
    context.output().result(
        {{"jobs", options.jobs},
         {"delayed", options.delayed},
         {"claims_per_s_with_1000", with_few},
         {"claims_per_s", with_many},
         {"claims_per_s_with_delayed", with_delayed},
         {"ratio", part(with_many)},
         {"ratio_with_delayed", part(with_delayed)}},
        std::to_string(with_few) + " jobs a second claimed of 1000, " + std::to_string(with_many) +
            " of " + std::to_string(options.jobs) + ", " + std::to_string(with_delayed) +
            " with delayed ones beside them"
    );
    return 0;
}

} // namespace

void add_claims_benchmark(CLI::App& bench, Commands& commands) {
    const auto options = std::make_shared<ClaimsOptions>();
    CLI::App& claims = *bench.add_subcommand("claims", "Claiming, whatever the backlog");
    claims.add_option("--jobs", options->jobs, "The large backlog");
    claims.add_option("--delayed", options->delayed, "Delayed jobs in the way");
    claims.add_option("--claims", options->claims, "Claims of 100 jobs to time");
    commands.on(claims, [options](Context& context) { return bench_claims(context, *options); });
}

} // namespace bgerp::cli
