#include "cli/job_wait.hpp"

#include "base/termination.hpp"
#include "cli/progress_bar.hpp"
#include "tenant_db/queue/await_job.hpp"
#include "tenant_db/queue/inspect.hpp"

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Looks often while a job may end at once, then no oftener than a person notices.
constexpr std::chrono::milliseconds first_interval{10};
constexpr std::chrono::milliseconds last_interval{200};

// A worker's sweep finds a job within a second; whoever waits longer should know why.
constexpr std::chrono::seconds patience{3};

void warn_without_worker(Context& context, TenantSession& tenant) {
    if (tenant.live_workers() == 0) {
        context.output().remark(
            "no worker is running: start one with `bgerp up` or `bgerp work " + tenant.org() + "`"
        );
    }
}

int percent_of(const Json& job) {
    const auto progress = job.find("progress");
    if (progress == job.end()) {
        return 0;
    }
    if (progress->is_number()) {
        return progress->get<int>();
    }
    return progress->is_object() ? progress->value("percent", 0) : 0;
}

std::string message_of(const Json& job) {
    const auto message = job.find("progress_message");
    const std::string state = job.value("state", "");
    return message != job.end() && message->is_string() ? message->get<std::string>() : state;
}

// Of a job that waits for its next attempt; empty otherwise.
std::string error_of_attempt(const Json& job) {
    const auto error = job.find("error");
    const bool waits = job.value("state", "") == "retryable";
    return waits && error != job.end() && error->is_string() ? error->get<std::string>() : "";
}

} // namespace

Json wait_for_job(
    Context& context,
    TenantSession& tenant,
    const std::string& uuid,
    std::optional<std::chrono::seconds> timeout
) {
    const Termination termination;
    const auto begun = SteadyClock::now();
    auto interval = first_interval;
    bool warned = false;
    std::string told;
    ProgressBar bar;
    for (;;) {
        Json job = value_or_throw(
            queue::show_job(*tenant.connection(), queue::QueueSchema::current(), uuid)
        );
        const std::string state = job.value("state", "");
        if (queue::has_ended(job)) {
            return job;
        }
        const auto waited = SteadyClock::now() - begun;
        if (timeout && waited >= *timeout) {
            throw Failure(ErrorCode::timeout, "job " + uuid + " has not ended yet: it is " + state);
        }
        if (const std::string error = error_of_attempt(job); !error.empty() && error != told) {
            told = error;
            bar.hide();
            context.output().remark("an attempt failed, it will be tried again: " + error);
        }
        if (!warned && waited >= patience && state == "available") {
            warned = true;
            bar.hide();
            warn_without_worker(context, tenant);
        }
        bar.show(percent_of(job), message_of(job));
        if (termination.wait_for(interval)) {
            bar.hide();
            throw Failure(
                ErrorCode::cancelled,
                "the job goes on; wait for it again with `bgerp job wait " + tenant.org() + " " +
                    uuid + "`"
            );
        }
        interval = std::min(interval * 2, last_interval);
    }
}

std::optional<Error> error_of_job(const Json& job) {
    const std::string state = job.value("state", "");
    if (state == "completed") {
        return std::nullopt;
    }
    if (state == "cancelled") {
        return Error{ErrorCode::cancelled, "the job was cancelled", {}, {}};
    }
    const auto text = job.find("error");
    std::string message =
        text != job.end() && text->is_string() ? text->get<std::string>() : "the job failed";
    // Workers write "code: message"; whatever the code, to the waiting command the job failed.
    const std::string damage = std::string(error_code_name(ErrorCode::invalid_argument)) + ": ";
    if (message.starts_with(damage)) {
        return Error{ErrorCode::invalid_argument, message.substr(damage.size()), {}, {}};
    }
    return Error{ErrorCode::internal, std::move(message), {}, {}};
}

Json wait_for_output(Context& context, TenantSession& tenant, const std::string& uuid) {
    const Json job = wait_for_job(context, tenant, uuid, std::nullopt);
    if (auto error = error_of_job(job)) {
        throw Failure(std::move(*error));
    }
    return job.value("output", Json());
}

} // namespace bgerp::cli
