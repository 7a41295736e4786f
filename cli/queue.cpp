// bgerp queue …: what waits in the queues.

#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/pause.hpp"

namespace bgerp::cli {

namespace {

struct ClearOptions {
    std::string org;
    std::string queue = "default";
};

void add_stats(Context& context, const std::string& org, Json& document, Table& table) {
    TenantSession tenant(context, org);
    for (const queue::QueueStats& stats :
         queue::queue_stats(*tenant.connection(), queue::QueueSchema::current())) {
        document.push_back(
            {{"org", org},
             {"queue", stats.queue},
             {"available", stats.available},
             {"scheduled", stats.scheduled},
             {"running", stats.running},
             {"oldest_wait_s", stats.oldest_wait_s}}
        );
        table.rows.push_back(
            {org,
             stats.queue,
             std::to_string(stats.available),
             std::to_string(stats.scheduled),
             std::to_string(stats.running),
             std::to_string(stats.oldest_wait_s) + " s"}
        );
    }
}

int stats(Context& context, const std::string& org) {
    Json document = Json::array();
    Table table{{"ORG", "QUEUE", "AVAILABLE", "SCHEDULED", "RUNNING", "OLDEST"}, {}};
    if (!org.empty()) {
        add_stats(context, org, document, table);
    } else {
        for (const Tenant& tenant : *context.directory().active(Context::short_deadline())) {
            add_stats(context, tenant.code.str(), document, table);
        }
    }
    context.output().result(document, table);
    return 0;
}

int clear(Context& context, const ClearOptions& options) {
    TenantSession tenant(context, options.org);
    const std::size_t count = queue::clear_queue(
        tenant.pool(),
        Context::long_deadline(),
        queue::QueueSchema::current(),
        options.queue
    );
    context.output().result(
        {{"org", options.org}, {"queue", options.queue}, {"cleared", count}},
        std::to_string(count) + " waiting jobs removed from " + options.queue
    );
    return 0;
}

int set_paused(Context& context, const ClearOptions& options, bool paused) {
    TenantSession tenant(context, options.org);
    const auto schema = queue::QueueSchema::current();
    if (paused) {
        value_or_throw(queue::pause_queue(*tenant.connection(), schema, options.queue));
    } else {
        queue::resume_queue(*tenant.connection(), schema, options.queue);
        tenant.ring();
    }
    context.output().result(
        {{"org", options.org}, {"queue", options.queue}, {"paused", paused}},
        "queue " + options.queue + (paused ? " is paused" : " is resumed")
    );
    return 0;
}

void add_pausing(
    CLI::App& noun, Commands& commands, const char* name, const char* description, bool paused
) {
    const auto options = std::make_shared<ClearOptions>();
    CLI::App& command = *noun.add_subcommand(name, description);
    command.add_option("ORG", options->org, "The organization")->required();
    command.add_option("QUEUE", options->queue, "The queue")->capture_default_str();
    commands.on(command, [options, paused](Context& context) {
        return set_paused(context, *options, paused);
    });
}

} // namespace

void add_queue(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("queue", "Queues");
    noun.require_subcommand(1);

    auto org = std::make_shared<std::string>();
    CLI::App& stats_command = *noun.add_subcommand("stats", "What waits and runs");
    stats_command.add_option("ORG", *org, "All organizations if not given");
    commands.on(stats_command, [org](Context& context) { return stats(context, *org); });

    add_pausing(noun, commands, "pause", "Begin no more jobs of one", true);
    add_pausing(noun, commands, "resume", "Begin them again", false);

    auto options = std::make_shared<ClearOptions>();
    CLI::App& clear_command = *noun.add_subcommand("clear", "Remove all that wait in one");
    clear_command.add_option("ORG", options->org)->required();
    clear_command.add_option("QUEUE,--queue", options->queue, "default if not given");
    commands.on(clear_command, [options](Context& context) { return clear(context, *options); });
}

} // namespace bgerp::cli
