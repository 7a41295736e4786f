#include "cli/queue_pause.hpp"

#include "cli/duration.hpp"
#include "cli/tenant_session.hpp"
#include "core_db/platform_pause.hpp"
#include "tenant_db/queue/pause.hpp"

namespace bgerp::cli {

namespace {

using queue::PauseScope;
using queue::QueueSchema;

struct PauseOptions {
    std::string org;
    std::string queue;
    std::string kind;
    bool all = false;
    bool platform = false;
    std::string duration;
};

queue::PauseTarget target_of(const PauseOptions& options) {
    if (options.all) {
        return {PauseScope::all, {}};
    }
    if (!options.kind.empty()) {
        return {PauseScope::kind, options.kind};
    }
    return {PauseScope::queue, options.queue.empty() ? "default" : options.queue};
}

std::string name_of(const queue::PauseTarget& target) {
    return target.scope == PauseScope::all ? "everything"
                                           : queue::scope_name(target.scope) + (" " + target.name);
}

std::optional<std::chrono::seconds> duration_of(const PauseOptions& options) {
    if (options.duration.empty()) {
        return std::nullopt;
    }
    return value_or_throw(parse_duration(options.duration, "--for"));
}

Json document_of(const PauseOptions& options, const queue::PauseTarget& target, bool paused) {
    Json document{
        {"org", options.org},
        {"scope", queue::scope_name(target.scope)},
        {"paused", paused}};
    if (target.scope != PauseScope::all) {
        document[queue::scope_name(target.scope)] = target.name;
    }
    return document;
}

void check_org(const PauseOptions& options) {
    if (options.org.empty()) {
        throw Failure(ErrorCode::invalid_argument, "name an organization, or say --platform");
    }
}

int pause(Context& context, const PauseOptions& options) {
    const auto duration = duration_of(options);
    if (options.platform) {
        value_or_throw(core_db::pause_platform(*context.core_connection(), duration));
        context.output().result(
            {{"scope", "platform"}, {"paused", true}},
            "the platform's jobs are paused"
        );
        return 0;
    }
    check_org(options);
    TenantSession tenant(context, options.org);
    const queue::PauseTarget target = target_of(options);
    value_or_throw(queue::pause(*tenant.connection(), QueueSchema::current(), target, duration));
    tenant.ring();
    context.output().result(
        document_of(options, target, true),
        name_of(target) + " is paused" + (duration ? " for " + options.duration : "")
    );
    return 0;
}

int resume(Context& context, const PauseOptions& options) {
    if (options.platform) {
        core_db::resume_platform(*context.core_connection());
        context.output().result(
            {{"scope", "platform"}, {"paused", false}},
            "the platform's jobs are resumed"
        );
        return 0;
    }
    check_org(options);
    TenantSession tenant(context, options.org);
    const queue::PauseTarget target = target_of(options);
    queue::resume(*tenant.connection(), QueueSchema::current(), target);
    tenant.ring();
    context.output().result(document_of(options, target, false), name_of(target) + " is resumed");
    return 0;
}

int list(Context& context, const PauseOptions& options) {
    Json document = Json::array();
    Table table{{"SCOPE", "NAME", "SINCE", "UNTIL"}, {}};
    const auto platform = core_db::platform_pause(*context.core_connection());
    if (platform) {
        document.push_back(
            {{"scope", "platform"},
             {"name", nullptr},
             {"paused_at", platform->paused_at},
             {"resume_at", platform->resume_at ? Json(*platform->resume_at) : Json()}}
        );
        table.rows.push_back({"platform", "", platform->paused_at, platform->resume_at.value_or("")}
        );
    }
    TenantSession tenant(context, options.org);
    for (const auto& found : queue::pauses(*tenant.connection(), QueueSchema::current())) {
        document.push_back(queue::pause_to_json(found));
        table.rows.push_back(
            {queue::scope_name(found.target.scope),
             found.target.name,
             found.paused_at,
             found.resume_at.value_or("")}
        );
    }
    context.output().result(document, table);
    return 0;
}

std::shared_ptr<PauseOptions> add_targets(CLI::App& command) {
    auto options = std::make_shared<PauseOptions>();
    command.add_option("ORG", options->org, "The organization");
    CLI::Option& queue =
        *command.add_option("QUEUE,--queue", options->queue, "A queue (default: default)");
    CLI::Option& kind =
        *command.add_option("--kind", options->kind, "A kind of job, in all queues");
    CLI::Option& all = *command.add_flag("--all", options->all, "All of the organization's jobs");
    CLI::Option& platform =
        *command.add_flag("--platform", options->platform, "All jobs of all organizations");
    kind.excludes(&queue)->excludes(&all)->excludes(&platform);
    all.excludes(&queue)->excludes(&platform);
    platform.excludes(&queue);
    return options;
}

} // namespace

void add_queue_pauses(CLI::App& queue, Commands& commands) {
    CLI::App& pause_command = *queue.add_subcommand("pause", "Begin no more jobs of one");
    const auto pause_options = add_targets(pause_command);
    pause_command.add_option("--for", pause_options->duration, "Until then: 90s, 30m, 12h, 7d");
    commands.on(pause_command, [pause_options](Context& context) {
        return pause(context, *pause_options);
    });

    CLI::App& resume_command = *queue.add_subcommand("resume", "Begin them again");
    const auto resume_options = add_targets(resume_command);
    commands.on(resume_command, [resume_options](Context& context) {
        return resume(context, *resume_options);
    });

    const auto list_options = std::make_shared<PauseOptions>();
    CLI::App& list_command = *queue.add_subcommand("pauses", "What is paused");
    list_command.add_option("ORG", list_options->org, "The organization")->required();
    commands.on(list_command, [list_options](Context& context) {
        return list(context, *list_options);
    });
}

} // namespace bgerp::cli
