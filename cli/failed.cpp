// bgerp failed …: jobs that failed for good.

#include "cli/duration.hpp"
#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/prune.hpp"

namespace bgerp::cli {

namespace {

struct FailedOptions {
    std::string org;
    std::string uuid;
    bool all = false;
    std::size_t limit = 50;
    std::size_t offset = 0;
    std::string older_than;
};

std::string text_of(const Json& job, const char* key) {
    const auto value = job.find(key);
    if (value == job.end() || value->is_null()) {
        return "-";
    }
    return value->is_string() ? value->get<std::string>() : to_text(*value);
}

int list(Context& context, const FailedOptions& options) {
    TenantSession tenant(context, options.org);
    const auto jobs = queue::list_failed(
        *tenant.connection(),
        queue::QueueSchema::current(),
        options.limit,
        options.offset
    );
    Table table{{"UUID", "KIND", "QUEUE", "FAILED", "ERROR"}, {}};
    for (const Json& job : jobs) {
        table.rows.push_back(
            {text_of(job, "uuid"),
             text_of(job, "kind"),
             text_of(job, "queue"),
             text_of(job, "failed_at"),
             text_of(job, "error")}
        );
    }
    context.output().result(Json(jobs), table);
    return 0;
}

int show(Context& context, const FailedOptions& options) {
    TenantSession tenant(context, options.org);
    const Json job = value_or_throw(
        queue::show_failed(*tenant.connection(), queue::QueueSchema::current(), options.uuid)
    );
    std::string text;
    for (const char* key : {"uuid", "kind", "queue", "failed_at", "error", "payload"}) {
        text.append(text.empty() ? "" : "\n").append(key).append(": ").append(text_of(job, key));
    }
    context.output().result(job, text);
    return 0;
}

int retry(Context& context, const FailedOptions& options) {
    if (options.uuid.empty() != options.all) {
        throw Failure(ErrorCode::usage, "give the UUID of a failed job, or --all");
    }
    TenantSession tenant(context, options.org);
    const std::size_t count = value_or_throw(queue::retry_failed(
        tenant.pool(),
        Context::long_deadline(),
        queue::QueueSchema::current(),
        options.uuid
    ));
    tenant.ring();
    context.output().result(
        {{"retried", count}},
        std::to_string(count) + " failed jobs are back in their queues"
    );
    return 0;
}

int forget(Context& context, const FailedOptions& options) {
    TenantSession tenant(context, options.org);
    value_or_throw(queue::forget_failed(
        tenant.pool(),
        Context::short_deadline(),
        queue::QueueSchema::current(),
        options.uuid
    ));
    context.output().result(
        {{"uuid", options.uuid}, {"forgotten", true}},
        "job " + options.uuid + " is forgotten"
    );
    return 0;
}

// Removes failed jobs of that age; `verb` names the count.
int remove_old(
    Context& context, const FailedOptions& options, std::chrono::seconds age, const char* verb
) {
    TenantSession tenant(context, options.org);
    const std::size_t count = queue::flush_failed(
        tenant.pool(),
        Context::long_deadline(),
        queue::QueueSchema::current(),
        age
    );
    context.output().result({{verb, count}}, std::to_string(count) + " failed jobs are forgotten");
    return 0;
}

std::chrono::seconds age_of(const FailedOptions& options) {
    return value_or_throw(parse_duration(options.older_than, "--older-than"));
}

int flush(Context& context, const FailedOptions& options) {
    const auto age = options.older_than.empty() ? std::chrono::seconds(0) : age_of(options);
    return remove_old(context, options, age, "flushed");
}

int prune(Context& context, const FailedOptions& options) {
    if (!options.older_than.empty()) {
        return remove_old(context, options, age_of(options), "pruned");
    }
    const auto kept = queue::retention_of(context.config().queue).failed_jobs;
    if (!kept) {
        throw Failure(ErrorCode::usage, "queue.failed_keep_h isn't set: say --older-than");
    }
    return remove_old(context, options, *kept, "pruned");
}

} // namespace

void add_failed(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("failed", "Jobs that failed for good");
    noun.require_subcommand(1);
    const auto add = [&](const char* name,
                         const char* description,
                         int (*does)(Context&, const FailedOptions&)) {
        auto options = std::make_shared<FailedOptions>();
        CLI::App& command = *noun.add_subcommand(name, description);
        command.add_option("ORG", options->org)->required();
        commands.on(command, [options, does](Context& context) { return does(context, *options); });
        return std::pair<CLI::App*, FailedOptions*>(&command, options.get());
    };
    const auto [list_command, list_options] = add("list", "The newest ones", list);
    list_command->add_option("--limit", list_options->limit);
    list_command->add_option("--offset", list_options->offset);

    const auto [show_command, show_options] = add("show", "One, with its payload", show);
    show_command->add_option("UUID", show_options->uuid)->required();

    const auto [retry_command, retry_options] = add("retry", "Run one or all again", retry);
    retry_command->add_option("UUID", retry_options->uuid);
    retry_command->add_flag("--all", retry_options->all, "All failed jobs of the organization");

    const auto [forget_command, forget_options] = add("forget", "Drop one", forget);
    forget_command->add_option("UUID", forget_options->uuid)->required();

    const auto [flush_command, flush_options] = add("flush", "Drop all, or all old ones", flush);
    flush_command->add_option("--older-than", flush_options->older_than, "Such as 48h");

    const auto [prune_command, prune_options] = add("prune", "Drop old ones", prune);
    prune_command->add_option(
        "--older-than",
        prune_options->older_than,
        "Such as 30d; queue.failed_keep_h if not given"
    );
}

} // namespace bgerp::cli
