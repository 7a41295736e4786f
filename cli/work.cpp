// bgerp work: a worker in the foreground. This process becomes bgerp-worker, so that signals, exit
// status and memory are the worker's own.

#include "cli/nouns.hpp"
#include "cli/sibling.hpp"

#include <unistd.h>

namespace bgerp::cli {

namespace {

struct WorkOptions {
    std::vector<std::string> orgs;
    std::string queues;
    std::int64_t concurrency = 0;
    bool stop_when_empty = false;
    std::uint64_t max_jobs = 0;
};

std::vector<std::string> arguments_of(Context& context, const WorkOptions& options) {
    std::vector<std::string> arguments{value_or_throw(find_sibling("worker", "bgerp-worker"))};
    const auto add = [&](const std::vector<std::string>& more) {
        arguments.insert(arguments.end(), more.begin(), more.end());
    };
    add(config_arguments(context.config()));
    if (!options.queues.empty()) {
        add({"--queues", options.queues});
    }
    if (options.concurrency > 0) {
        add({"--concurrency", std::to_string(options.concurrency)});
    }
    if (options.stop_when_empty) {
        add({"--stop-when-empty"});
    }
    if (options.max_jobs > 0) {
        add({"--max-jobs", std::to_string(options.max_jobs)});
    }
    add(options.orgs);
    return arguments;
}

int work(Context& context, const WorkOptions& options) {
    for (const std::string& org : options.orgs) {
        static_cast<void>(context.tenant(org)); // a worker would wait for a misspelt one for ever
    }
    std::vector<std::string> arguments = arguments_of(context, options);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    ::execv(pointers.front(), pointers.data());
    throw Failure(ErrorCode::internal, arguments.front() + " can't be run");
}

} // namespace

void add_work(CLI::App& root, Commands& commands) {
    constexpr std::int64_t concurrency_max = 1024;
    const auto options = std::make_shared<WorkOptions>();
    CLI::App& noun = *root.add_subcommand("work", "Run jobs in the foreground");
    noun.add_option("org", options->orgs, "Organizations to work for (default: all)");
    noun.add_option("--queues", options->queues, "Queues to serve, in this order: a,b");
    noun.add_option("--concurrency", options->concurrency, "Jobs at one time")
        ->check(CLI::Range(std::int64_t{1}, concurrency_max));
    noun.add_flag("--stop-when-empty", options->stop_when_empty, "End when nothing is left");
    noun.add_option("--max-jobs", options->max_jobs, "End after so many jobs")
        ->check(CLI::PositiveNumber);
    commands.on(noun, [options](Context& context) { return work(context, *options); });
}

} // namespace bgerp::cli
