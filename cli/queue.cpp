// bgerp queue …: what waits in the queues.

#include "cli/nouns.hpp"
#include "cli/queue_pause.hpp"
#include "cli/queue_prune.hpp"
#include "cli/queue_stats.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"

namespace bgerp::cli {

namespace {

struct ClearOptions {
    std::string org;
    std::string queue = "default";
};

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

    add_queue_stats(noun, commands);
    add_queue_pauses(noun, commands);
    add_queue_prune(noun, commands);

    auto options = std::make_shared<ClearOptions>();
    CLI::App& clear_command = *noun.add_subcommand("clear", "Remove all that wait in one");
    clear_command.add_option("ORG", options->org)->required();
    clear_command.add_option("QUEUE,--queue", options->queue, "default if not given");
    commands.on(clear_command, [options](Context& context) { return clear(context, *options); });
}

} // namespace bgerp::cli
