#include "cli/job_signal.hpp"

#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_signal.hpp"

namespace bgerp::cli {

namespace {

struct SignalOptions {
    std::string org;
    std::string uuid;
    std::string signal;
    std::string payload = "null";
};

int send(Context& context, const SignalOptions& options) {
    TenantSession tenant(context, options.org);
    auto payload = parse_json(options.payload);
    if (!payload) {
        payload.error().field = "--payload";
        throw Failure(std::move(payload.error()));
    }
    const queue::SignalSent sent = value_or_throw(queue::send_signal(
        tenant.pool(),
        Context::short_deadline(),
        queue::QueueSchema::current(),
        options.uuid,
        options.signal,
        *payload
    ));
    if (sent.woke) {
        tenant.ring();
    }
    context.output().result(
        value_or_throw(
            queue::show_job(*tenant.connection(), queue::QueueSchema::current(), options.uuid)
        ),
        "job " + options.uuid + (sent.woke ? " goes on" : " will find the signal when it asks")
    );
    return 0;
}

} // namespace

void add_job_signal(CLI::App& job, Commands& commands) {
    auto options = std::make_shared<SignalOptions>();
    CLI::App& command = *job.add_subcommand("signal", "Send one what it waits for");
    command.add_option("ORG", options->org)->required();
    command.add_option("UUID", options->uuid)->required();
    command.add_option("NAME", options->signal, "The signal's name")->required();
    command.add_option("--payload", options->payload, "What the job gets, JSON; null if not given");
    commands.on(command, [options](Context& context) { return send(context, *options); });
}

} // namespace bgerp::cli
