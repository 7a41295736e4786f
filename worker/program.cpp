#include "worker/program.hpp"

#include "base/log.hpp"
#include "base/supervisor.hpp"
#include "base/termination.hpp"
#include "worker/directory_source.hpp"
#include "worker/handlers/registry.hpp"
#include "worker/inline_runner.hpp"
#include "worker/lifetime.hpp"
#include "worker/memory.hpp"
#include "worker/options.hpp"

#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

namespace bgerp::worker {
namespace {

constexpr std::chrono::milliseconds look_interval{50};
constexpr std::chrono::seconds find_time{10};

// Above the longest that a loop may take for one statement.
constexpr std::chrono::seconds loop_stuck_after{120};

// Feeds the supervisor's watchdog while all loops turn.
class Watch {
public:
    Watch(const Supervisor& supervisor, const Pulse& pulse)
        : supervisor_(supervisor)
        , pulse_(pulse) {}

    void look() {
        const auto now = Pulse::SteadyClock::now();
        if (now - looked_at_ < std::chrono::seconds(1)) {
            return;
        }
        looked_at_ = now;
        const auto stuck = pulse_.stuck(loop_stuck_after);
        if (stuck.empty()) {
            supervisor_.alive();
        } else if (!told_) {
            log_error("a loop hangs", {{"loop", stuck.front()}});
        }
        told_ = !stuck.empty();
    }

private:
    const Supervisor& supervisor_;
    const Pulse& pulse_;
    Pulse::SteadyClock::time_point looked_at_{};
    bool told_ = false;
};

bool memory_passed(const Config& config) {
    const std::int64_t limit = config.worker.memory_mib_max;
    if (limit == 0 || resident_mib() <= limit) {
        return false;
    }
    log_warn("worker ends, its memory passed the limit", {{"mib", std::to_string(limit)}});
    return true;
}

// This process's own; 0: for ever.
std::chrono::milliseconds lifetime_here(const Config& config) {
    std::minstd_rand random{std::random_device{}()};
    return spread_lifetime(
        std::chrono::seconds(config.worker.lifetime_s),
        std::uniform_real_distribution<double>(0, 1)(random)
    );
}

bool lifetime_over(std::chrono::milliseconds lifetime, Pulse::SteadyClock::time_point since) {
    if (lifetime.count() == 0 || Pulse::SteadyClock::now() - since < lifetime) {
        return false;
    }
    log_info("worker ends, its time is over", {{"lifetime_ms", std::to_string(lifetime.count())}});
    return true;
}

bool slot_is_lost(const Worker& worker) {
    if (!worker.overrun()) {
        return false;
    }
    log_warn("worker ends, a handler doesn't come back", {});
    return true;
}

void work(const Config& config, Worker& worker, const Termination& termination) {
    const Supervisor supervisor;
    Watch watch(supervisor, worker.pulse());
    const auto since = Pulse::SteadyClock::now();
    const auto lifetime = lifetime_here(config);
    worker.start();
    supervisor.ready();
    log_info(
        "worker ready",
        {{"concurrency", std::to_string(config.worker.concurrency)},
         {"pid", std::to_string(::getpid())}}
    );
    while (!termination.wait_for(look_interval) && !worker.finished() && !memory_passed(config) &&
           !slot_is_lost(worker) && !lifetime_over(lifetime, since)) {
        watch.look();
    }
    supervisor.stopping();
    std::atomic<bool> stopped{false};
    std::thread second_signal([&] {
        while (!stopped.load()) {
            if (termination.wait_for(look_interval)) {
                worker.hurry();
            }
        }
    });
    worker.stop();
    stopped.store(true);
    second_signal.join();
    if (worker.stuck()) {
        std::_Exit(0); // handlers that don't return: their jobs were given back
    }
}

// The sync driver's half in this program: a job that the command line has made and reserved.
int run_one(
    const Config& config,
    const HandlerRegistry& handlers,
    DirectorySource& source,
    const Options& options
) {
    const auto places = source.active();
    for (const TenantPlace& place : *places) {
        auto job = queue::find_if_mine(
            *place.queue_pool->acquire(Deadline::after(find_time)),
            queue::QueueSchema::of(place.database),
            options.run_uuid,
            queue::Fence{options.run_owner, 1}
        );
        InlineRunner runner(
            {config,
             handlers,
             place.key,
             place.org,
             place.database,
             place.queue_pool,
             [&](const ServedTenant& tenant) { return source.open_pool(tenant); }}
        );
        runner.run(value_or_throw(std::move(job)));
        return 0;
    }
    throw Failure(ErrorCode::not_found, "there is no such organization");
}

int run(int argc, char** argv, const RegisterHandlers& more) {
    const ParsedOptions parsed = parse_options(argc, argv);
    if (!parsed.go) {
        return parsed.status;
    }
    const Termination termination;
    const Config config = value_or_throw(configured(parsed.options));
    configure_log(config.log.level, config.log.format, config.log.file);
    const auto core = value_or_throw(core_db::CoreDatabase::open(config));
    HandlerRegistry handlers;
    register_handlers(handlers, config);
    if (more) {
        more(handlers);
    }
    DirectorySource source(config, *core, parsed.options.orgs);
    const auto open_pool = [&](const ServedTenant& tenant) { return source.open_pool(tenant); };
    if (!parsed.options.run_uuid.empty()) {
        return run_one(config, handlers, source, parsed.options);
    }
    WorkerOptions options = parsed.options.worker;
    if (options.jobs_max == 0) {
        options.jobs_max = static_cast<std::uint64_t>(config.worker.jobs_max);
    }
    Worker worker({config, handlers, source, open_pool, core->pool()}, options);
    work(config, worker, termination);
    return 0;
}

} // namespace

int run_program(int argc, char** argv, const RegisterHandlers& more) {
    try {
        return run(argc, argv, more);
    } catch (const Failure& failure) {
        std::cerr << "bgerp-worker: " << failure.what() << '\n';
        return exit_status(failure.error().code);
    } catch (const std::exception& error) {
        std::cerr << "bgerp-worker: " << error.what() << '\n';
        return 1;
    }
}

} // namespace bgerp::worker
