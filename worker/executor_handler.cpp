// The executor's part that calls the handler: its time, what it throws, what it gave back.

#include "base/log.hpp"
#include "base/mysql/error.hpp"
#include "worker/executor.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

// A year: the clock's own arithmetic ends somewhere, and a payload may name any number.
constexpr std::int64_t timeout_s_max = std::int64_t{366} * 24 * 3600;

Error internal_error(const std::string& detail) {
    return {ErrorCode::internal, "the handler failed unexpectedly", {}, detail};
}

// The fourth of the four places where exceptions are caught: the attempt.
Result<Json> run_caught(
    const HandlerRegistry& handlers,
    const HandlerRegistry::Entry& entry,
    JobContext& context,
    queue::Outcome& outcome
) {
    try {
        return handlers.run(entry, context);
    } catch (const Failure& failure) {
        // Thrown, it is the tenant's database (base/mysql); what else is unavailable is returned.
        outcome.outage = failure.error().code == ErrorCode::unavailable;
        const auto* database = dynamic_cast<const mysql::DatabaseError*>(&failure);
        outcome.disk_full =
            database != nullptr && database->error_class() == mysql::ErrorClass::disk_full;
        return tl::unexpected<Error>(failure.error());
    } catch (const std::exception& error) {
        return tl::unexpected<Error>(internal_error(error.what()));
    } catch (...) {
        return tl::unexpected<Error>(internal_error("not a std::exception"));
    }
}

std::chrono::seconds
timeout_of(const queue::Envelope& envelope, const HandlerRegistry::Entry& entry) {
    const std::int64_t named = std::min(envelope.timeout_s.value_or(0), timeout_s_max);
    return named > 0 ? std::chrono::seconds(named) : entry.options.timeout;
}

} // namespace

queue::Outcome Executor::run_handler(Attempt& attempt, std::string& output) {
    const auto timeout = timeout_of(attempt.envelope, attempt.entry);
    const Deadline deadline = Deadline::after(timeout);
    // Long enough for a last statement to end, short enough that a hung handler doesn't hold its
    // job until somebody looks.
    const std::chrono::seconds overrun_max(parts_.config.worker.overrun_s);
    attempt.held->renew_until.store(deadline.at() + overrun_max);
    JobContext context(parts_.config, *attempt.held, attempt.envelope, deadline, parts_.open_pool);
    queue::Outcome outcome;
    Result<Json> result = call_handler(attempt, context, outcome);
    context.flush_log();
    attempt.left = context.left();
    attempt.completed = context.completed() && result.has_value();
    outcome.stop = attempt.held->stop.load();
    if (attempt.left) {
        return outcome;
    }
    if (result) {
        constexpr std::int64_t keeps =
            queue::flag_tracked | queue::flag_chain | queue::flag_workflow;
        const bool kept = (attempt.held->job.flags & keeps) != 0;
        if (kept && !attempt.completed && !result->is_null()) {
            output = to_text(*result);
        }
        return outcome;
    }
    if (const auto snoozed = context.snoozed()) {
        outcome.snooze_s = snoozed->count();
    }
    if (!result.error().detail.empty()) {
        log_warn(
            "job's handler failed",
            {{"kind", attempt.envelope.kind},
             {"uuid", attempt.envelope.uuid},
             {"error", result.error().message},
             {"detail", result.error().detail}}
        );
    }
    outcome.error = std::move(result.error());
    outcome.code = context.error_name();
    outcome.retry_after_s = context.retry_after_s();
    return outcome;
}

Result<Json>
Executor::call_handler(Attempt& attempt, JobContext& context, queue::Outcome& outcome) {
    if (parts_.stats == nullptr && parts_.hooks == nullptr) {
        return run_caught(parts_.handlers, attempt.entry, context, outcome);
    }
    const HeldJob& held = *attempt.held;
    attempt.waited = queue::waited(
        held.job,
        attempt.envelope.uuid,
        attempt.facts.now_s,
        parts_.clock.host_now()
    );
    if (parts_.stats != nullptr) {
        parts_.stats->started(held, attempt.envelope.kind, *attempt.waited);
    }
    tell_started(attempt);
    const auto began = SteadyClock::now();
    Result<Json> result = run_caught(parts_.handlers, attempt.entry, context, outcome);
    attempt.ran = SteadyClock::now() - began;
    return result;
}

} // namespace bgerp::worker
