// The parts of JobContext for jobs of several steps, for waiting, and for log lines.

#include "base/log.hpp"
#include "tenant_db/queue/job_log.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds log_interval{500};
constexpr std::chrono::seconds log_timeout{2};
constexpr std::size_t lines_max = 100; // that wait to be written

} // namespace

queue::JobSteps& JobContext::steps() {
    if (!steps_) { // nobody else writes them while the job is ours
        steps_ = queue::read_job_steps(
            *pool().acquire(deadline_),
            queue::QueueSchema::current(),
            envelope_.uuid
        );
    }
    return *steps_;
}

Result<Json> JobContext::step(const std::string& name, const StepWork& fn) {
    if (const auto done = steps().find(name); done != steps().end()) {
        return done->second;
    }
    return mysql::with_transaction(pool(), deadline_, [&](mysql::Transaction& t) -> Result<Json> {
        Result<Json> value = fn(t);
        if (!value) {
            return value;
        }
        if (Result<void> saved = save_cursor(t, name, *value); !saved) {
            return tl::unexpected(std::move(saved.error()));
        }
        return value;
    });
}

Json JobContext::cursor(const std::string& name) {
    const auto found = steps().find(name);
    return found == steps().end() ? Json() : found->second;
}

Result<void> JobContext::save_cursor(
    mysql::Transaction& transaction, const std::string& name, const Json& value
) {
    if (held_.stop.load() == StopReason::lease_lost) {
        return fail(ErrorCode::lease_lost, "the job is somebody else's now");
    }
    held_.gain_steps();
    steps_.reset(); // whether it commits isn't known here: asked again, the database tells
    return queue::write_step_if_mine(
        transaction,
        queue::QueueSchema::current(),
        held_.job,
        name,
        value
    );
}

Result<std::optional<Json>>
JobContext::await_signal(const std::string& name, std::optional<std::chrono::seconds> timeout) {
    flush_log();
    const auto waited = queue::await_signal_if_mine(
        *held_.tenant->queue_pool,
        deadline_,
        held_.tenant->schema,
        held_.row(),
        name,
        timeout
    );
    if (!waited) {
        return tl::unexpected(waited.error());
    }
    switch (waited->is) {
    case queue::SignalWait::Is::there:
        return waited->payload;
    case queue::SignalWait::Is::timed_out:
        return std::nullopt;
    case queue::SignalWait::Is::asleep:
        break;
    }
    left_ = true;
    return fail(ErrorCode::cancelled, "the job waits for the signal \"" + name + "\"");
}

tl::unexpected<Error> JobContext::snooze(std::chrono::seconds pause) {
    snoozed_ = std::max(pause, std::chrono::seconds(0));
    return fail(ErrorCode::cancelled, "snoozed");
}

void JobContext::log(std::string_view line) {
    if (!tracked()) {
        return;
    }
    if (log_.size() >= lines_max) { // more than anybody reads
        log_.erase(log_.begin());
    }
    log_.push_back(queue::log_line(line));
    if (std::chrono::steady_clock::now() - log_written_ >= log_interval) {
        flush_log();
    }
}

void JobContext::flush_log() {
    if (log_.empty() || left_ || completed_) {
        return;
    }
    log_written_ = std::chrono::steady_clock::now();
    try {
        const auto connection = held_.tenant->queue_pool->acquire(Deadline::after(log_timeout));
        queue::append_log(*connection, held_.tenant->schema, held_.job, envelope_.uuid, log_);
    } catch (const Failure& error) { // nobody's work depends on it
        log_debug("log lines were not written", {{"error", error.what()}});
    }
    log_.clear();
}

} // namespace bgerp::worker
