#include "worker/job_context.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

// People watch progress; twice a second looks fluent and costs nothing.
constexpr std::chrono::milliseconds progress_interval{500};
constexpr std::chrono::seconds progress_timeout{2};

} // namespace

JobContext::JobContext(
    const Config& config,
    HeldJob& held,
    const queue::Envelope& envelope,
    Deadline deadline,
    const OpenPool& open_pool
)
    : config_(config)
    , held_(held)
    , envelope_(envelope)
    , deadline_(deadline)
    , open_pool_(open_pool) {}

bool JobContext::stop_requested() const {
    if (held_.stop.load() != StopReason::none) {
        return true;
    }
    if (!deadline_.passed()) {
        return false;
    }
    held_.request_stop(StopReason::timeout);
    return true;
}

Result<void> JobContext::checkpoint(mysql::Transaction& transaction) {
    if (held_.stop.load() == StopReason::lease_lost) {
        return fail(ErrorCode::lease_lost, "the job is somebody else's now");
    }
    return queue::checkpoint_if_mine(transaction, queue::QueueSchema::current(), held_.job);
}

Result<void> JobContext::complete(mysql::Transaction& transaction, const Json& output) {
    flush_log(); // while the job is still there to have one
    const std::string text = to_text(output);
    auto done =
        queue::complete_if_mine(transaction, queue::QueueSchema::current(), completion(text));
    completed_ = done.has_value();
    return done;
}

queue::Completion JobContext::completion(const std::string& output) const {
    return {&held_.row(), envelope_.uuid, envelope_.batch_id, output};
}

void JobContext::progress(int percent, const std::string& message) {
    const auto now = std::chrono::steady_clock::now();
    if (!tracked() || now - progress_written_ < progress_interval) {
        return;
    }
    progress_written_ = now;
    try {
        const auto connection =
            held_.tenant->queue_pool->acquire(Deadline::after(progress_timeout));
        static_cast<void>(queue::report_progress( // a lost lease shows at the next checkpoint
            *connection,
            held_.tenant->schema,
            held_.job,
            envelope_.uuid,
            std::clamp(percent, 0, 100),
            message
        ));
    } catch (const Failure& error) { // nobody's work depends on it
        log_debug("progress was not written", {{"error", error.what()}});
    }
}

mysql::Pool& JobContext::pool() {
    if (!pool_) {
        pool_ = open_pool_(*held_.tenant);
    }
    return *pool_;
}

} // namespace bgerp::worker
