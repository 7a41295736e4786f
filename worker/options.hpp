// bgerp-worker's command line. `bgerp work` takes the same words and hands them on.
#pragma once

#include "base/config.hpp"
#include "worker/worker.hpp"

#include <set>
#include <string>

namespace bgerp::worker {

struct Options {
    std::string config_file;
    std::set<std::string> orgs;      // empty: all
    std::vector<std::string> queues; // empty: as configured
    std::int64_t concurrency = 0;    // 0: as configured
    WorkerOptions worker;
    std::string run_uuid;        // not empty: run this one job of the one org, and end
    std::uint64_t run_owner = 0; // who has reserved it, a moment ago
};

/// What main() does after reading the command line: the exit status if there is nothing more to do
/// (help, or a wrong option, which was printed), else 0 and `go` set.
struct ParsedOptions {
    int status = 0;
    bool go = false;
    Options options;
};

[[nodiscard]] ParsedOptions parse_options(int argc, char** argv);

/// The configuration with the command line's wishes in it.
[[nodiscard]] Result<Config> configured(const Options& options);

} // namespace bgerp::worker
