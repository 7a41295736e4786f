// bgerp queue …: what waits in the queues.

#include "cli/nouns.hpp"
#include "cli/queue_pause.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"

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
             {"blocked", stats.blocked},
             {"oldest_wait_s", stats.oldest_wait_s}}
        );
        table.rows.push_back(
            {org,
             stats.queue,
             std::to_string(stats.available),
             std::to_string(stats.scheduled),
             std::to_string(stats.running),
             std::to_string(stats.blocked),
             std::to_string(stats.oldest_wait_s) + " s"}
        );
    }
}

int stats(Context& context, const std::string& org) {
    Json document = Json::array();
    Table table{{"ORG", "QUEUE", "AVAILABLE", "SCHEDULED", "RUNNING", "BLOCKED", "OLDEST"}, {}};
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

} // namespace

void add_queue(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("queue", "Queues");
    noun.require_subcommand(1);

    auto org = std::make_shared<std::string>();
    CLI::App& stats_command = *noun.add_subcommand("stats", "What waits and runs");
    stats_command.add_option("ORG", *org, "All organizations if not given");
    commands.on(stats_command, [org](Context& context) { return stats(context, *org); });

    add_queue_pauses(noun, commands);

    auto options = std::make_shared<ClearOptions>();
    CLI::App& clear_command = *noun.add_subcommand("clear", "Remove all that wait in one");
    clear_command.add_option("ORG", options->org)->required();
    clear_command.add_option("QUEUE,--queue", options->queue, "default if not given");
    commands.on(clear_command, [options](Context& context) { return clear(context, *options); });
}

} // namespace bgerp::cli
