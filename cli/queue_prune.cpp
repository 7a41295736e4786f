#include "cli/queue_prune.hpp"

#include "cli/duration.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/prune.hpp"

#include <algorithm>
#include <array>

namespace bgerp::cli {

namespace {

using queue::JobOutcome;

constexpr std::array outcomes{JobOutcome::completed, JobOutcome::cancelled, JobOutcome::failed};

struct PruneOptions {
    std::string org;
    std::vector<std::string> states;
    std::string older_than;
};

bool chosen(const PruneOptions& options, JobOutcome outcome) {
    const auto& states = options.states;
    return states.empty() ||
           std::find(states.begin(), states.end(), queue::state_of(outcome)) != states.end();
}

int prune(Context& context, const PruneOptions& options) {
    queue::Retention retention = queue::retention_of(context.config().queue);
    if (!options.older_than.empty()) {
        retention =
            queue::Retention(value_or_throw(parse_duration(options.older_than, "--older-than")));
    }
    TenantSession tenant(context, options.org);
    Json document{{"org", options.org}};
    std::string text;
    for (const JobOutcome outcome : outcomes) {
        if (!chosen(options, outcome)) {
            continue;
        }
        const std::size_t count = queue::prune_runs(
            tenant.pool(),
            Context::long_deadline(),
            queue::QueueSchema::current(),
            outcome,
            retention.of(outcome)
        );
        document[queue::state_of(outcome)] = count;
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + queue::state_of(outcome);
    }
    context.output().result(document, "history removed: " + text);
    return 0;
}

} // namespace

void add_queue_prune(CLI::App& queue, Commands& commands) {
    auto options = std::make_shared<PruneOptions>();
    CLI::App& command = *queue.add_subcommand("prune", "Remove the history of jobs that ended");
    command.add_option("ORG", options->org, "The organization")->required();
    command
        .add_option("--state", options->states, "completed, cancelled, failed; all if not given")
        ->delimiter(',')
        ->check(CLI::IsMember({"completed", "cancelled", "failed"}));
    command.add_option(
        "--older-than",
        options->older_than,
        "Such as 36h or 7d; as configured if not given"
    );
    commands.on(command, [options](Context& context) { return prune(context, *options); });
}

} // namespace bgerp::cli
