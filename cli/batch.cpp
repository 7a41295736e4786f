// bgerp batch …: jobs that belong together.

#include "tenant_db/queue/batch.hpp"

#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"

namespace bgerp::cli {

namespace {

struct BatchOption {
    std::string org;
    std::string id;
    std::size_t limit = 50;
};

Table table_of(const std::vector<queue::BatchState>& batches) {
    Table table{{"ID", "NAME", "STATE", "TOTAL", "PENDING", "FAILED"}, {}};
    for (const queue::BatchState& batch : batches) {
        table.rows.push_back(
            {batch.id,
             batch.name,
             batch.state(),
             std::to_string(batch.total),
             std::to_string(batch.pending),
             std::to_string(batch.failed)}
        );
    }
    return table;
}

int list(Context& context, const BatchOption& option) {
    TenantSession tenant(context, option.org);
    const auto batches =
        queue::list_batches(*tenant.connection(), queue::QueueSchema::current(), option.limit);
    Json document = Json::array();
    for (const queue::BatchState& batch : batches) {
        document.push_back(to_json(batch));
    }
    context.output().result(document, table_of(batches));
    return 0;
}

int show(Context& context, const BatchOption& option) {
    TenantSession tenant(context, option.org);
    const auto batch = value_or_throw(
        queue::find_batch(*tenant.connection(), queue::QueueSchema::current(), option.id)
    );
    context.output().result(to_json(batch), table_of({batch}));
    return 0;
}

int cancel(Context& context, const BatchOption& option) {
    TenantSession tenant(context, option.org);
    value_or_throw(queue::cancel_batch(
        tenant.pool(),
        Context::long_deadline(),
        queue::QueueSchema::current(),
        option.id
    ));
    const auto batch = value_or_throw(
        queue::find_batch(*tenant.connection(), queue::QueueSchema::current(), option.id)
    );
    context.output().result(to_json(batch), "batch " + option.id + " is cancelled");
    return 0;
}

} // namespace

void add_batch(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("batch", "Jobs that belong together");
    noun.require_subcommand(1);

    struct Verb {
        const char* name;
        const char* description;
        int (*does)(Context&, const BatchOption&);
    };

    for (const Verb& verb :
         {Verb{"list", "The newest ones", list},
          Verb{"show", "How far one is", show},
          Verb{"cancel", "Its waiting jobs never run", cancel}}) {
        auto option = std::make_shared<BatchOption>();
        CLI::App& command = *noun.add_subcommand(verb.name, verb.description);
        command.add_option("ORG", option->org)->required();
        if (verb.does == list) {
            command.add_option("--limit", option->limit);
        } else {
            command.add_option("ID", option->id)->required();
        }
        commands.on(command, [option, does = verb.does](Context& context) {
            return does(context, *option);
        });
    }
}

} // namespace bgerp::cli
