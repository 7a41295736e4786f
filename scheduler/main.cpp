// bgerp-scheduler: fires schedules and keeps house until it is told to stop (SIGTERM, SIGINT). Any
// number may run; one of them leads.
#include "base/log.hpp"
#include "base/supervisor.hpp"
#include "base/termination.hpp"
#include "scheduler/scheduler.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace bgerp::scheduler {
namespace {

constexpr std::chrono::seconds look_interval{1};

// A round of housekeeping over one tenant is the longest that a loop may take.
constexpr std::chrono::seconds loop_stuck_after{600};

void watch(
    const Scheduler& scheduler, const Supervisor& supervisor, const Termination& termination
) {
    bool told = false;
    while (!termination.wait_for(look_interval)) {
        const auto stuck = scheduler.pulse().stuck(loop_stuck_after);
        if (stuck.empty()) {
            supervisor.alive();
        } else if (!told) {
            log_error("a loop hangs", {{"loop", stuck.front()}});
        }
        told = !stuck.empty();
    }
}

int run(int argc, char** argv) {
    std::string config_file;
    CLI::App app("Fires the organizations' schedules and keeps house.", "bgerp-scheduler");
    app.add_option("--config", config_file, "Configuration file");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        constexpr int usage_status = 2;
        return app.exit(error) == 0 ? 0 : usage_status;
    }
    const Termination termination;
    const Config config = value_or_throw(read_config(config_file, process_environment()));
    configure_log(config.log.level, config.log.format, config.log.file);
    const auto core = value_or_throw(core_db::CoreDatabase::open(config));
    Scheduler scheduler(config, *core);
    const Supervisor supervisor;
    scheduler.start();
    supervisor.ready();
    log_info("scheduler ready", {});
    watch(scheduler, supervisor, termination);
    supervisor.stopping();
    scheduler.stop();
    log_info("scheduler stopped", {});
    return 0;
}

} // namespace
} // namespace bgerp::scheduler

int main(int argc, char** argv) {
    try {
        return bgerp::scheduler::run(argc, argv);
    } catch (const bgerp::Failure& failure) {
        std::cerr << "bgerp-scheduler: " << failure.what() << '\n';
        return bgerp::exit_status(failure.error().code);
    } catch (const std::exception& error) {
        std::cerr << "bgerp-scheduler: " << error.what() << '\n';
        return 1;
    }
}
