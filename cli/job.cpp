// bgerp job …: one job.

#include "base/process.hpp"
#include "cli/duration.hpp"
#include "cli/flow_options.hpp"
#include "cli/job_events.hpp"
#include "cli/job_signal.hpp"
#include "cli/job_wait.hpp"
#include "cli/nouns.hpp"
#include "cli/sibling.hpp"
#include "core_db/args_key.hpp"
#include "tenant_db/modules/job_kinds.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/owner.hpp"
#include "tenant_db/queue/sealed_args.hpp"

namespace bgerp::cli {

namespace {

struct PushOptions {
    std::string org;
    std::string kind;
    std::string args = "{}";
    std::string queue; // empty: the kind's own
    std::int64_t priority = 0;
    std::string delay = "0";
    FlowOptions flow;
    std::string limit_key;
    std::vector<std::string> fail_on;
    bool any_kind = false;
    bool sync = false;
};

struct JobOption {
    std::string org;
    std::string uuid;
    std::string timeout;
};

struct ListOptions {
    std::string org;
    queue::JobFilter filter;
};

std::string shown(const Json& value) {
    return value.is_string() ? value.get<std::string>() : to_text(value);
}

void print_job(Context& context, const Json& job) {
    std::string text;
    for (const auto& [key, value] : job.items()) {
        if (key == "log") {
            continue; // below the rest
        }
        const std::string words = shown(value);
        if (!value.empty() && !words.empty() && value != false) {
            text += (text.empty() ? "" : "\n") + key +
                    std::string(key.size() < 14 ? 14 - key.size() : 1, ' ') + words;
        }
    }
    for (const Json& line : job.value("log", Json::array())) {
        text += "\n  " + shown(line.at("at")) + " #" + shown(line.at("attempt")) + "  " +
                printable(shown(line.at("line")));
    }
    context.output().result(job, text);
}

Json find(TenantSession& tenant, const std::string& uuid) {
    return value_or_throw(queue::show_job(*tenant.connection(), queue::QueueSchema::current(), uuid)
    );
}

queue::NewJob job_of(const Config& config, const PushOptions& options) {
    queue::NewJob job;
    job.kind = options.kind;
    auto args = parse_json(options.args);
    if (!args) {
        args.error().field = "--args";
        throw Failure(std::move(args.error()));
    }
    job.args = std::move(*args);
    job.queue = value_or_throw(queue_of_kind(config, options.kind, options.queue));
    job.fail_on = options.fail_on;
    job.priority = options.priority;
    job.limit_key = options.limit_key;
    job.delay = value_or_throw(parse_duration(options.delay, "--delay"));
    options.flow.apply(job);
    return job;
}

// The job as it is now, and what became of the pushing.
Json pushed_document(const queue::NewJob& job, const queue::Pushed& pushed, Json document) {
    if (job.unique) {
        document["outcome"] = queue::how_name(pushed.how);
    }
    for (const queue::NewJob& link : job.chain) {
        document["chain"].push_back(link.uuid);
    }
    return document;
}

// Arguments that the kind doesn't take are a command that can't be meant: status 2.
void check_rules(const Config& config, queue::NewJob& job) {
    Result<void> checked = JobRules(config).check_job(job);
    if (!checked && checked.error().field.find("args") != std::string::npos) {
        checked.error().code = ErrorCode::usage;
    }
    value_or_throw(std::move(checked));
}

/// 0 when it completed, else 1 and the reason as a remark.
int print_outcome(Context& context, const Json& job) {
    print_job(context, job);
    const auto error = error_of_job(job);
    if (error) {
        context.output().remark("bgerp: " + error->message);
    }
    return error ? 1 : 0;
}

// Made and reserved in one transaction, so that no worker sees it; run by the worker's program,
// which ends with the job. If this command or that program dies, the lease runs out.
int push_and_run(Context& context, TenantSession& tenant, const queue::NewJob& job) {
    if (job.delay.count() > 0) {
        throw Failure({ErrorCode::invalid_argument, "what is run now has no delay", "--delay", {}});
    }
    const auto schema = queue::QueueSchema::current();
    const queue::EnqueueLimits limits{context.config().queue.payload_kib_max * 1024};
    const std::uint64_t owner = queue::new_owner();
    const std::string uuid =
        tenant.in_transaction([&](mysql::Transaction& transaction) -> Result<std::string> {
            auto made = queue::enqueue(transaction, schema, job, limits);
            if (!made) {
                return made;
            }
            return queue::reserve_one(transaction, schema, *made, owner)
                .map([&](const queue::ReservedJob& /*mine*/) { return *made; });
        });
    std::vector<std::string> command{value_or_throw(find_sibling("worker", "bgerp-worker"))};
    for (const std::string& argument : config_arguments(context.config())) {
        command.push_back(argument);
    }
    for (const std::string& argument :
         {std::string("--run"),
          uuid,
          std::string("--owner"),
          std::to_string(owner),
          tenant.org()}) {
        command.push_back(argument);
    }
    ProcessOptions process;
    process.command = std::move(command);
    Process worker = value_or_throw(Process::start(process));
    static_cast<void>(worker.wait(Deadline::after(std::chrono::hours(24 * 365))));
    tenant.ring(); // what it made, and its own next try
    return print_outcome(context, find(tenant, uuid));
}

int push(Context& context, const PushOptions& options) {
    TenantSession tenant(context, options.org);
    queue::NewJob job = job_of(context.config(), options);
    if (!options.any_kind) {
        check_rules(context.config(), job);
        value_or_throw(check_job_args(*tenant.connection(), job.kind, job.args));
    }
    if (job.encrypted) {
        const std::uint64_t org_id = context.active_tenant(options.org).org_id;
        queue::seal_args(job, value_or_throw(core_db::args_key(context.config().security, org_id)));
    }
    const queue::EnqueueLimits limits{context.config().queue.payload_kib_max * 1024};
    if (options.sync) {
        return push_and_run(context, tenant, job);
    }
    const auto pushed = tenant.enqueueing([&](mysql::Transaction& transaction) {
        return queue::push_many(transaction, queue::QueueSchema::current(), {job}, limits);
    });
    print_job(context, pushed_document(job, pushed.front(), find(tenant, pushed.front().uuid)));
    return 0;
}

int show(Context& context, const JobOption& option) {
    TenantSession tenant(context, option.org);
    print_job(context, find(tenant, option.uuid));
    return 0;
}

int cancel(Context& context, const JobOption& option) {
    TenantSession tenant(context, option.org);
    const std::string state = value_or_throw(queue::cancel_job(
        tenant.pool(),
        Context::short_deadline(),
        queue::QueueSchema::current(),
        option.uuid
    ));
    context.output().result(
        find(tenant, option.uuid),
        state == "cancelled" ? "job " + option.uuid + " is cancelled"
                             : "job " + option.uuid + " is " + state + " and was asked to stop"
    );
    return 0;
}

int wait(Context& context, const JobOption& option) {
    TenantSession tenant(context, option.org);
    std::optional<std::chrono::seconds> timeout;
    if (!option.timeout.empty()) {
        timeout = value_or_throw(parse_duration(option.timeout, "--timeout"));
    }
    const Json job = wait_for_job(context, tenant, option.uuid, timeout);
    return print_outcome(context, job);
}

int list(Context& context, const ListOptions& options) {
    TenantSession tenant(context, options.org);
    const auto jobs =
        queue::list_jobs(*tenant.connection(), queue::QueueSchema::current(), options.filter);
    Table table{{"UUID", "KIND", "QUEUE", "STATE", "ATTEMPTS", "CREATED"}, {}};
    for (const Json& job : jobs) {
        table.rows.push_back(
            {shown(job.value("uuid", Json())),
             shown(job.value("kind", Json())),
             shown(job.value("queue", Json())),
             shown(job.value("state", Json())),
             shown(job.value("attempts", Json())),
             shown(job.value("created_at", Json()))}
        );
    }
    context.output().result(Json(jobs), table);
    return 0;
}

void add_push(CLI::App& noun, Commands& commands) {
    auto options = std::make_shared<PushOptions>();
    CLI::App& command = *noun.add_subcommand("push", "Put one into a queue");
    command.add_option("ORG", options->org)->required();
    command.add_option("KIND", options->kind, "What is to be done")->required();
    command.add_option("--args", options->args, "Its arguments, a JSON object");
    command.add_option("--queue", options->queue, "The queue; the kind's own if not given");
    command.add_option("--priority", options->priority, "Smaller runs first; 0 if not given");
    command
        .add_option("--fail-on", options->fail_on, "Errors after which no other try is made: a,b")
        ->delimiter(',');
    command.add_option("--delay", options->delay, "Not before that long, such as 5m");
    options->flow.add_to(command);
    command.add_option("--limit-key", options->limit_key, "What limits by key count it under");
    command.add_flag("--sync", options->sync, "Run it here and now, without a worker");
    command.add_flag(
        "--any-kind",
        options->any_kind,
        "Also a kind that only other workers than ours can run"
    );
    commands.on(command, [options](Context& context) { return push(context, *options); });
}

} // namespace

void add_job(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("job", "Jobs, one at a time");
    noun.require_subcommand(1);
    add_push(noun, commands);
    add_job_signal(noun, commands);
    add_job_events(noun, commands);

    struct Verb {
        const char* name;
        const char* description;
        int (*does)(Context&, const JobOption&);
    };

    for (const Verb& verb :
         {Verb{"show", "What became of one", show},
          Verb{"cancel", "Take one back, or ask it to stop", cancel},
          Verb{"wait", "Until one has ended; exit status 1 unless it completed", wait}}) {
        auto option = std::make_shared<JobOption>();
        CLI::App& command = *noun.add_subcommand(verb.name, verb.description);
        command.add_option("ORG", option->org)->required();
        command.add_option("UUID", option->uuid)->required();
        if (verb.does == wait) {
            command.add_option("--timeout", option->timeout, "Give up after, such as 60s");
        }
        commands.on(command, [option, does = verb.does](Context& context) {
            return does(context, *option);
        });
    }

    auto options = std::make_shared<ListOptions>();
    CLI::App& command = *noun.add_subcommand("list", "The newest ones");
    command.add_option("ORG", options->org)->required();
    command.add_option("--state", options->filter.state);
    command.add_option("--kind", options->filter.kind);
    command.add_option("--queue", options->filter.queue);
    command.add_option("--tag", options->filter.tag, "With this tag");
    command.add_option("--limit", options->filter.limit);
    commands.on(command, [options](Context& context) { return list(context, *options); });
}

} // namespace bgerp::cli
