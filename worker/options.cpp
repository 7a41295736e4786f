#include "worker/options.hpp"

#include "base/ids.hpp"

#include <CLI/CLI.hpp>

namespace bgerp::worker {

namespace {

constexpr std::int64_t concurrency_max = 1024; // as worker.concurrency

} // namespace

ParsedOptions parse_options(int argc, char** argv) {
    ParsedOptions parsed;
    Options& options = parsed.options;
    std::vector<std::string> orgs;
    CLI::App app("Runs the jobs of all organizations, or of those named.", "bgerp-worker");
    app.add_option("--config", options.config_file, "Configuration file");
    app.add_option("org", orgs, "Organizations to work for (default: all)");
    app.add_option("--queues", options.queues, "Queues to serve, in this order (default: all)")
        ->delimiter(',');
    app.add_option("--concurrency", options.concurrency, "Jobs at one time")
        ->check(CLI::Range(std::int64_t{1}, concurrency_max));
    app.add_flag("--stop-when-empty", options.worker.stop_when_empty, "End when nothing is left");
    app.add_option("--max-jobs", options.worker.jobs_max, "End after so many jobs")
        ->check(CLI::PositiveNumber);
    // How `bgerp job push --sync` has the job run that it made and reserved.
    app.add_option("--run", options.run_uuid, "Run this job alone")->group("");
    app.add_option("--owner", options.run_owner, "Who has reserved it")->group("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        constexpr int usage_status = 2;
        parsed.status = app.exit(error) == 0 ? 0 : usage_status;
        return parsed;
    }
    options.orgs.insert(orgs.begin(), orgs.end());
    parsed.go = true;
    return parsed;
}

Result<Config> configured(const Options& options) {
    for (const std::string& org : options.orgs) {
        if (const auto code = OrgCode::parse(org); !code) {
            return tl::unexpected<Error>(code.error());
        }
    }
    auto config = read_config(options.config_file, process_environment());
    if (!config) {
        return config;
    }
    if (!options.queues.empty()) {
        config->worker.queues = options.queues;
    }
    if (options.concurrency > 0) {
        config->worker.concurrency = options.concurrency;
    }
    return config;
}

} // namespace bgerp::worker
