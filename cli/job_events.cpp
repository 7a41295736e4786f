#include "cli/job_events.hpp"

#include "base/termination.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/job_events.hpp"

#include <algorithm>

namespace bgerp::cli {

namespace {

using queue::QueueSchema;

constexpr std::chrono::milliseconds look_interval{500};
constexpr std::size_t page_rows = 1000;

struct EventOptions {
    std::string org;
    bool follow = false;
    bool on = false;
    bool off = false;
    std::uint64_t after = 0;
    std::size_t limit = 100;
    queue::EventFilter filter;
};

int set_events(Context& context, const EventOptions& options) {
    const Tenant tenant = context.tenant(options.org);
    value_or_throw(context.migrator().set_job_events(tenant, options.on));
    context.output().result(
        {{"org", options.org}, {"events", options.on}},
        std::string("what happens to jobs is ") + (options.on ? "" : "not ") + "written down"
    );
    return 0;
}

// A line of JSON an event, for people and programs alike, until somebody ends it.
int follow(Context& context, const EventOptions& options, TenantSession& tenant) {
    if (context.output().json()) {
        throw Failure(
            ErrorCode::usage,
            "--follow prints a document a line anyway: leave out --json"
        );
    }
    const Termination termination;
    std::uint64_t after = options.after > 0
                              ? options.after
                              : queue::newest_event(*tenant.connection(), QueueSchema::current());
    std::chrono::milliseconds pause{0};
    do {
        const auto page = queue::read_events(
            *tenant.connection(),
            QueueSchema::current(),
            after,
            options.filter,
            page_rows
        );
        for (const queue::JobEvent& event : page.events) {
            context.output().line(to_text(queue::event_to_json(event)));
        }
        after = page.next_after;
        pause = page.more ? std::chrono::milliseconds(0) : look_interval;
    } while (!termination.wait_for(pause));
    return 0;
}

// All that are kept and pass, the newest `limit`.
int list(Context& context, const EventOptions& options, TenantSession& tenant) {
    std::vector<queue::JobEvent> events;
    std::uint64_t after = options.after;
    for (bool more = true; more;) {
        auto page = queue::read_events(
            *tenant.connection(),
            QueueSchema::current(),
            after,
            options.filter,
            page_rows
        );
        std::move(page.events.begin(), page.events.end(), std::back_inserter(events));
        if (events.size() > options.limit) {
            events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(options.limit));
        }
        after = page.next_after;
        more = page.more;
    }
    Json document = Json::array();
    Table table{{"ID", "AT", "EVENT", "KIND", "QUEUE", "ATTEMPT", "JOB"}, {}};
    for (const queue::JobEvent& event : events) {
        document.push_back(queue::event_to_json(event));
        table.rows.push_back(
            {std::to_string(event.id),
             event.at,
             event.event,
             event.kind,
             event.queue,
             event.uuid.empty() ? event.detail : std::to_string(event.attempt),
             event.uuid}
        );
    }
    context.output().result(document, table);
    return 0;
}

int events(Context& context, const EventOptions& options) {
    if (options.on || options.off) {
        return set_events(context, options);
    }
    TenantSession tenant(context, options.org);
    if (!queue::events_are_on(*tenant.connection(), QueueSchema::current())) {
        throw Failure(ErrorCode::conflict, "events aren't written: switch them on with --on");
    }
    return options.follow ? follow(context, options, tenant) : list(context, options, tenant);
}

} // namespace

void add_job_events(CLI::App& job, Commands& commands) {
    auto options = std::make_shared<EventOptions>();
    CLI::App& command = *job.add_subcommand("events", "What happened to jobs, and happens");
    command.add_option("ORG", options->org, "The organization")->required();
    CLI::Option& follow_flag =
        *command.add_flag("--follow", options->follow, "New ones, a line each, until Ctrl-C");
    command.add_option("--after", options->after, "Those beyond the one of this id");
    command.add_option("--kind", options->filter.kind, "Of this kind of job");
    command.add_option("--queue", options->filter.queue, "Of this queue");
    command.add_option("--uuid", options->filter.uuid, "Of this job");
    command.add_option("--limit", options->limit, "The newest so many; 100")
        ->check(CLI::Range(1, 10'000));
    CLI::Option& on = *command.add_flag("--on", options->on, "Have them written from now on");
    CLI::Option& off = *command.add_flag("--off", options->off, "No longer");
    on.excludes(&off)->excludes(&follow_flag);
    off.excludes(&follow_flag);
    commands.on(command, [options](Context& context) { return events(context, *options); });
}

} // namespace bgerp::cli
