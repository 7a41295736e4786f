// bgerp schedule list|show|add|edit|pause|resume|run|remove: an organization's recurring jobs.

#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/schedule/schedule_store.hpp"

namespace bgerp::cli {

namespace {

using queue::QueueSchema;

struct ScheduleOptions {
    std::string org;
    std::string name;
    // What is given of it; add and edit.
    std::optional<std::string> args;
    std::optional<std::string> missed;
    std::optional<std::string> overlap;
    schedule::ScheduleChange what;
};

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "-" : to_text(value);
}

int list(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    Json document = Json::array();
    Table table{{"NAME", "CRON", "TIME ZONE", "KIND", "NEXT RUN", "LAST RUN", "PAUSED"}, {}};
    const auto connection = session.connection();
    for (const auto& found : schedule::list_schedules(*connection, QueueSchema::current())) {
        const Json json = to_json(found);
        table.rows.push_back(
            {found.what.name,
             found.what.cron,
             found.what.time_zone,
             found.what.kind,
             text_of(json["next_run_at"]),
             text_of(json["last_run_at"]),
             found.paused ? "yes" : "no"}
        );
        document.push_back(json);
    }
    context.output().result(document, table);
    return 0;
}

void show(Context& context, const schedule::Schedule& found, const std::string& what) {
    const Json json = to_json(found);
    context.output().result(
        json,
        "schedule " + found.what.name + " " + what + "; next run " +
            (found.paused ? "none while paused" : text_of(json["next_run_at"]))
    );
}

schedule::ScheduleChange change_of(const ScheduleOptions& options) {
    schedule::ScheduleChange change = options.what;
    if (options.args) {
        change.args = value_or_throw(parse_json(*options.args));
        if (!change.args->is_object()) {
            throw Failure(
                Error{ErrorCode::invalid_argument, "args must be a JSON object", "args", {}}
            );
        }
    }
    if (options.missed) {
        change.missed = value_or_throw(schedule::parse_missed(*options.missed));
    }
    if (options.overlap) {
        change.overlap = value_or_throw(schedule::parse_overlap(*options.overlap));
    }
    return change;
}

int add(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    const schedule::ScheduleChange given = change_of(options);
    schedule::NewSchedule wanted;
    wanted.name = options.name;
    wanted.cron = given.cron.value_or("");
    wanted.kind = given.kind.value_or("");
    wanted.time_zone = given.time_zone.value_or(wanted.time_zone);
    wanted.args = given.args.value_or(wanted.args);
    wanted.queue = given.queue.value_or(wanted.queue);
    wanted.priority = given.priority.value_or(wanted.priority);
    wanted.missed = given.missed.value_or(wanted.missed);
    wanted.overlap = given.overlap.value_or(wanted.overlap);
    const auto made = session.in_transaction([&](mysql::Transaction& transaction) {
        return schedule::add_schedule(transaction, QueueSchema::current(), wanted);
    });
    show(context, made, "added");
    return 0;
}

int edit(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    const schedule::ScheduleChange change = change_of(options);
    const auto edited = session.in_transaction([&](mysql::Transaction& transaction) {
        return schedule::edit_schedule(transaction, QueueSchema::current(), options.name, change);
    });
    show(context, edited, "changed");
    return 0;
}

int show_one(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    const auto found = value_or_throw(
        schedule::find_schedule(*session.connection(), QueueSchema::current(), options.name)
    );
    show(context, found, "is " + found.what.cron + " in " + found.what.time_zone);
    return 0;
}

int set_paused(Context& context, const ScheduleOptions& options, bool paused) {
    TenantSession session(context, options.org);
    const auto found = session.in_transaction([&](mysql::Transaction& transaction) {
        return schedule::set_paused(transaction, QueueSchema::current(), options.name, paused);
    });
    show(context, found, paused ? "paused" : "resumed");
    return 0;
}

int run_now(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    const std::string uuid = session.enqueueing([&](mysql::Transaction& transaction) {
        return schedule::run_now(transaction, QueueSchema::current(), options.name);
    });
    context.output().result({{"uuid", uuid}}, "job " + uuid);
    return 0;
}

int remove(Context& context, const ScheduleOptions& options) {
    TenantSession session(context, options.org);
    value_or_throw(
        schedule::remove_schedule(*session.connection(), QueueSchema::current(), options.name)
    );
    context.output().result(
        {{"name", options.name}, {"removed", true}},
        "schedule " + options.name + " removed"
    );
    return 0;
}

CLI::App& verb(
    CLI::App& noun,
    const std::shared_ptr<ScheduleOptions>& options,
    const char* name,
    const char* description
) {
    CLI::App& command = *noun.add_subcommand(name, description);
    command.add_option("org", options->org, "Organization")->required();
    command.add_option("name", options->name, "Name of the schedule")->required();
    return command;
}

// What add and edit are told of a schedule; only add needs the first two.
void add_what(CLI::App& command, ScheduleOptions& options, bool needed) {
    schedule::ScheduleChange& what = options.what;
    command.add_option("--cron", what.cron, "[second] minute hour day month weekday, or @daily …")
        ->required(needed);
    command.add_option("--kind", what.kind, "Kind of the job")->required(needed);
    command.add_option("--time-zone", what.time_zone, "Such as Europe/Berlin; UTC");
    command.add_option("--args", options.args, "Arguments of the job, a JSON object");
    command.add_option("--queue", what.queue, "Queue");
    command.add_option("--priority", what.priority, "Smaller runs first");
    command
        .add_option(
            "--missed",
            options.missed,
            "Runs due while no scheduler ran: once, skip, "
            "backfill"
        )
        ->check(CLI::IsMember({"once", "skip", "backfill"}));
    command.add_option("--overlap", options.overlap, "Due while the last job runs: skip or allow")
        ->check(CLI::IsMember({"skip", "allow"}));
}

} // namespace

void add_schedule(CLI::App& root, Commands& commands) {
    const auto options = std::make_shared<ScheduleOptions>();
    CLI::App& noun = *root.add_subcommand("schedule", "Recurring jobs of an organization");
    noun.require_subcommand(1);
    CLI::App& list_command = *noun.add_subcommand("list", "All of them");
    list_command.add_option("org", options->org, "Organization")->required();
    commands.on(list_command, [options](Context& context) { return list(context, *options); });
    CLI::App& add_command = verb(noun, options, "add", "Run a job again and again");
    add_what(add_command, *options, true);
    commands.on(add_command, [options](Context& context) { return add(context, *options); });
    CLI::App& edit_command = verb(noun, options, "edit", "Change what is given, keep the rest");
    add_what(edit_command, *options, false);
    commands.on(edit_command, [options](Context& context) { return edit(context, *options); });
    commands.on(verb(noun, options, "show", "One of them"), [options](Context& context) {
        return show_one(context, *options);
    });
    commands.on(verb(noun, options, "pause", "Don't fire until resumed"), [options](Context& c) {
        return set_paused(c, *options, true);
    });
    commands.on(
        verb(noun, options, "resume", "Fire again, from the next regular time on"),
        [options](Context& c) { return set_paused(c, *options, false); }
    );
    commands.on(verb(noun, options, "run", "Enqueue its job now"), [options](Context& c) {
        return run_now(c, *options);
    });
    commands.on(verb(noun, options, "remove", "Forget it"), [options](Context& c) {
        return remove(c, *options);
    });
}

} // namespace bgerp::cli
