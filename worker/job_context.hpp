// What a handler sees of its attempt: the tenant, the arguments, the tenant's own connections, the
// time it has, and JobControl over the job's lease. Made by the executor for one attempt; used by
// the handler's thread alone and not beyond run().
#pragma once

#include "base/config.hpp"
#include "base/deadline.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "worker/held_job.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::worker {

class JobContext final : public JobControl {
public:
    /// Opens the tenant's own pool; throws Failure when the tenant may not be worked on now.
    using OpenPool = std::function<std::shared_ptr<mysql::Pool>(const ServedTenant&)>;

    JobContext(
        const Config& config,
        HeldJob& held,
        const queue::Envelope& envelope,
        Deadline deadline,
        const OpenPool& open_pool
    );

    [[nodiscard]] bool stop_requested() const override;
    [[nodiscard]] Result<void> checkpoint(mysql::Transaction& transaction) override;
    [[nodiscard]] Result<void>
    complete(mysql::Transaction& transaction, const Json& output) override;
    void progress(int percent, const std::string& message) override;

    [[nodiscard]] const std::string& org() const { return held_.tenant->org; }

    [[nodiscard]] const queue::Envelope& envelope() const { return envelope_; }

    /// The how-manieth time the job is tried, dead workers' attempts not counted.
    [[nodiscard]] std::int64_t attempt() const {
        return std::max<std::int64_t>(held_.job.fence.attempts - held_.job.rescues, 1);
    }

    [[nodiscard]] const Json& args() const { return envelope_.args; }

    /// What the link before this one of a chain left; null where there is nothing.
    [[nodiscard]] const Json& previous() const { return envelope_.previous; }

    [[nodiscard]] const Config& config() const { return config_; }

    /// When the attempt's time is over: pass it to every blocking call.
    [[nodiscard]] Deadline deadline() const { return deadline_; }

    /// Connections of the tenant's own account to the tenant's own database, opened at the first
    /// call. Throws Failure(unavailable).
    [[nodiscard]] mysql::Pool& pool();

    /// The work of one named step: `fn`, in a transaction of its own that also remembers its
    /// output. If an earlier attempt did the step, `fn` isn't called and that output is returned: a
    /// finished step never runs again. lease_lost, or what `fn` returned, and nothing was written.
    /// Blocking; `fn` is run again when the database lost a conflict.
    using StepWork = std::function<Result<Json>(mysql::Transaction&)>;
    [[nodiscard]] Result<Json> step(const std::string& name, const StepWork& fn);

    /// Where the job's earlier attempts, or this one, had got to; null in the beginning.
    [[nodiscard]] Json cursor(const std::string& name);

    /// Moves a cursor in the transaction of the work it stands for: instead of checkpoint(), as its
    /// last statement. lease_lost as there.
    [[nodiscard]] Result<void>
    save_cursor(mysql::Transaction& transaction, const std::string& name, const Json& value);

    /// A signal's payload, or nothing when it didn't come within `timeout`, counted from when the
    /// job first asked. While it isn't there: an error that the handler must return at once, with
    /// no transaction open; the job has left this worker then and is run again, from its beginning,
    /// when the signal or its time comes.
    [[nodiscard]] Result<std::optional<Json>> await_signal(
        const std::string& name, std::optional<std::chrono::seconds> timeout = std::nullopt
    );

    /// What the handler returns for the job to be run again in `pause`, without an attempt spent.
    [[nodiscard]] tl::unexpected<Error> snooze(std::chrono::seconds pause);

    /// What the handler returns to give the job back at once, without an attempt spent.
    [[nodiscard]] tl::unexpected<Error> release() { return snooze(std::chrono::seconds(0)); }

    /// A line for people, kept with a tracked job. May be called often; written now and then.
    void log(std::string_view line);

    /// Writes the lines that are still here. Never throws.
    void flush_log();

    /// True once the job is no longer in this worker's hands: it sleeps.
    [[nodiscard]] bool left() const { return left_; }

    [[nodiscard]] std::optional<std::chrono::seconds> snoozed() const { return snoozed_; }

    /// Gives the error that run() returns a name of its own ("exit:3"), for fail_on and for people.
    void name_error(std::string name) { error_name_ = std::move(name); }

    /// When the attempt fails: what to wait until the next one, instead of the job's backoff.
    void retry_after(std::chrono::seconds delay) { retry_after_s_ = delay.count(); }

    [[nodiscard]] const std::string& error_name() const { return error_name_; }

    [[nodiscard]] std::optional<std::int64_t> retry_after_s() const { return retry_after_s_; }

    /// Why it should stop; none while it needn't.
    [[nodiscard]] StopReason stop_reason() const { return held_.stop.load(); }

    /// True once complete() succeeded; the transaction it was called in may still have failed.
    [[nodiscard]] bool completed() const { return completed_; }

private:
    [[nodiscard]] bool tracked() const { return (held_.job.flags & queue::flag_tracked) != 0; }

    [[nodiscard]] queue::JobSteps& steps();
    [[nodiscard]] queue::Completion completion(const std::string& output) const;

    const Config& config_;
    HeldJob& held_;
    const queue::Envelope& envelope_;
    const Deadline deadline_;
    const OpenPool& open_pool_;
    std::shared_ptr<mysql::Pool> pool_;
    std::chrono::steady_clock::time_point progress_written_{};
    std::optional<queue::JobSteps> steps_;
    std::vector<std::string> log_;
    std::chrono::steady_clock::time_point log_written_{};
    std::optional<std::chrono::seconds> snoozed_;
    bool left_ = false;
    bool completed_ = false;
    std::string error_name_;
    std::optional<std::int64_t> retry_after_s_;
};

} // namespace bgerp::worker
