// bgerp limit list|show|set|remove|reset: how many of an organization's jobs may run.

#include "tenant_db/queue/limit.hpp"

#include "cli/duration.hpp"
#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"

namespace bgerp::cli {

namespace {

using queue::QueueSchema;

struct LimitOptions {
    std::string org;
    queue::Limit limit;
    std::string per = "1s";
    std::string window = "60s";
    std::string open = "60s";
};

std::string rate_text(const queue::Limit& limit) {
    if (limit.rate == 0) {
        return "-";
    }
    return std::to_string(limit.rate) + " in " + std::to_string(limit.period_s) + " s";
}

std::string breaker_text(const queue::Limit& limit) {
    if (limit.breaker.failures == 0) {
        return "-";
    }
    return std::to_string(limit.breaker.failures) + " failures in " +
           std::to_string(limit.breaker.window_s) + " s";
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

int list(Context& context, const LimitOptions& options) {
    TenantSession tenant(context, options.org);
    Json document = Json::array();
    Table table{{"NAME", "KIND", "QUEUE", "BY", "CONCURRENCY", "RATE", "BREAKER"}, {}};
    for (const queue::Limit& limit : queue::limits(*tenant.connection(), QueueSchema::current())) {
        document.push_back(queue::limit_to_json(limit));
        table.rows.push_back(
            {limit.name,
             or_dash(limit.kind),
             or_dash(limit.queue),
             or_dash(limit.by),
             limit.concurrency ? std::to_string(*limit.concurrency) : "-",
             rate_text(limit),
             breaker_text(limit)}
        );
    }
    context.output().result(document, table);
    return 0;
}

int show(Context& context, const LimitOptions& options) {
    TenantSession tenant(context, options.org);
    Json document = Json::array();
    Table table{{"KEY", "PERMITS", "BLOCKED", "BREAKER"}, {}};
    for (const queue::KeyUse& use :
         queue::limit_use(*tenant.connection(), QueueSchema::current(), options.limit.name)) {
        document.push_back(
            {{"key", use.key},
             {"permits", use.permits},
             {"blocked", use.blocked},
             {"breaker", use.breaker}}
        );
        table.rows.push_back(
            {or_dash(use.key),
             std::to_string(use.permits),
             std::to_string(use.blocked),
             use.breaker}
        );
    }
    context.output().result(document, table);
    return 0;
}

std::int64_t seconds_of(const std::string& text, const char* option) {
    return value_or_throw(parse_duration(text, option)).count();
}

int set(Context& context, const LimitOptions& options) {
    TenantSession tenant(context, options.org);
    queue::Limit limit = options.limit;
    limit.period_s = seconds_of(options.per, "--per");
    limit.breaker.window_s = seconds_of(options.window, "--window");
    limit.breaker.open_s = seconds_of(options.open, "--open-for");
    value_or_throw(queue::set_limit(*tenant.connection(), QueueSchema::current(), limit));
    tenant.ring();
    context.output().result(queue::limit_to_json(limit), "limit " + limit.name + " is set");
    return 0;
}

int remove(Context& context, const LimitOptions& options) {
    TenantSession tenant(context, options.org);
    value_or_throw(
        queue::remove_limit(*tenant.connection(), QueueSchema::current(), options.limit.name)
    );
    tenant.ring();
    context.output().result(
        {{"name", options.limit.name}, {"removed", true}},
        "limit " + options.limit.name + " is removed"
    );
    return 0;
}

int reset(Context& context, const LimitOptions& options) {
    TenantSession tenant(context, options.org);
    const auto count =
        queue::reset_breaker(*tenant.connection(), QueueSchema::current(), options.limit.name);
    tenant.ring();
    context.output().result(
        {{"name", options.limit.name}, {"reset", count}},
        std::to_string(count) + " breakers closed"
    );
    return 0;
}

using Run = int (*)(Context&, const LimitOptions&);

std::shared_ptr<LimitOptions> add_verb(
    CLI::App& noun,
    Commands& commands,
    const char* name,
    const char* description,
    Run run,
    bool named = true
) {
    auto options = std::make_shared<LimitOptions>();
    CLI::App& command = *noun.add_subcommand(name, description);
    command.add_option("ORG", options->org, "The organization")->required();
    if (named) {
        command.add_option("NAME", options->limit.name, "The limit")->required();
    }
    commands.on(command, [options, run](Context& context) { return run(context, *options); });
    return options;
}

void add_set(CLI::App& noun, Commands& commands) {
    const auto options = add_verb(noun, commands, "set", "Make or replace a limit", set);
    CLI::App& command = *noun.get_subcommand("set");
    queue::Limit& limit = options->limit;
    command.add_option("--kind", limit.kind, "Jobs of this kind alone");
    command.add_option("--queue", limit.queue, "Jobs of this queue alone");
    command.add_option(
        "--by",
        limit.by,
        "Each value by itself: key (the job's limit key) or a pointer into its arguments "
        "(/customer)"
    );
    command.add_option("--concurrency", limit.concurrency, "At one time");
    command.add_option("--rate", limit.rate, "Begun in a period");
    command.add_option("--per", options->per, "The period: 1s, 5m, 1h")->capture_default_str();
    command.add_option("--burst", limit.burst, "Begun at once after a rest (default: the rate)");
    command.add_option(
        "--breaker",
        limit.breaker.failures,
        "Begin none after so many failures in the window"
    );
    command.add_option("--window", options->window, "The breaker's window")->capture_default_str();
    command.add_option("--open-for", options->open, "Until one job is let through")
        ->capture_default_str();
}

} // namespace

void add_limit(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("limit", "How many jobs may run");
    noun.require_subcommand(1);
    add_verb(noun, commands, "list", "The limits", list, false);
    add_verb(noun, commands, "show", "What each key of one is at", show);
    add_set(noun, commands);
    add_verb(noun, commands, "remove", "Remove one; the jobs it holds back go on", remove);
    add_verb(noun, commands, "reset", "Close its breakers", reset);
}

} // namespace bgerp::cli
