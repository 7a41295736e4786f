// One attempt at one job, as a pipeline: read the envelope, find the handler, may it begin?, run,
// decide, carry out. Whatever the payload or the handler does, run() returns and the job's end is
// written or left to its lease. Also measures what the attempt cost and reports it to tenant and
// lane. One executor serves all slots; thread-safe; run() blocks as long as the handler does.
#pragma once

#include "base/config.hpp"
#include "worker/attempt_stats.hpp"
#include "worker/database_clock.hpp"
#include "worker/finished_job.hpp"
#include "worker/handler_registry.hpp"
#include "worker/hooks.hpp"
#include "worker/job_context.hpp"
#include "worker/jobs_in_hand.hpp"
#include "worker/limits/limit_gate.hpp"
#include "worker/settler.hpp"

namespace bgerp::worker {

class HookRunner;

/// What the executor works with; all of it outlives the executor.
struct ExecutorParts {
    const Config& config;
    const HandlerRegistry& handlers;
    const DatabaseClock& clock;
    JobContext::OpenPool open_pool;
    JobsInHand& in_hand;
    FinishedJobSink& finished;
    Settler& settler;
    Counters& counters;
    LimitGate& limits;
    AttemptStats* stats = nullptr; // null: nothing is counted
    HookRunner* hooks = nullptr;   // null: nobody is told
};

class Executor {
public:
    explicit Executor(ExecutorParts parts);

    /// Never throws. On return the job's end is written, or handed to the sink, or given up; or a
    /// limit has it wait for its turn. Jobs that waited for the end of this one are run too.
    void run(const HeldJobPtr& held);

    /// Ends the attempt of a job whose handler ignores its time-out as one that ran out of time:
    /// tried again or failed. From another thread than run(), which may still be under way and
    /// whose own end the fence then refuses.
    void overran(const HeldJob& held);

private:
    void run_one(const HeldJobPtr& held);
    [[nodiscard]] HeldJobPtr first_turn(const HeldJobPtr& held);

    struct Attempt {
        const HeldJobPtr& held;
        const queue::Envelope& envelope;
        const HandlerRegistry::Entry& entry;
        queue::AttemptRules rules;
        queue::AttemptFacts facts;
        bool completed = false; // inside the handler's own transaction
        bool left = false;      // it sleeps, and isn't ours any more
        std::optional<std::chrono::microseconds> waited = std::nullopt; // once it began
        std::optional<AttemptStats::Duration> ran = std::nullopt;       // once the handler is back
    };

    /// False when the job is in the sink's hands now.
    [[nodiscard]] bool run_pipeline(const HeldJobPtr& held);
    [[nodiscard]] queue::AttemptRules rules_of(const HandlerRegistry::Entry& entry) const;
    [[nodiscard]] queue::AttemptFacts facts_of(const HeldJob& held) const;
    [[nodiscard]] bool is_remote(const std::string& kind) const;
    [[nodiscard]] bool run_known(Attempt attempt);
    [[nodiscard]] bool
    conclude(const Attempt& attempt, const queue::Outcome& outcome, std::string output);
    [[nodiscard]] bool claim_stands(const Attempt& attempt) const;
    [[nodiscard]] queue::Outcome run_handler(Attempt& attempt, std::string& output);
    [[nodiscard]] Result<Json>
    call_handler(Attempt& attempt, JobContext& context, queue::Outcome& outcome);
    void count_end(
        const HeldJob& held,
        const std::string& kind,
        queue::Verdict verdict,
        std::optional<AttemptStats::Duration> ran = std::nullopt
    );
    void settle(
        const HeldJob& held,
        const queue::Envelope& envelope,
        const queue::Decision& decision,
        const Attempt* attempt = nullptr
    );
    void tell_end(
        const HeldJob& held,
        const queue::Envelope& envelope,
        const queue::Decision& decision,
        const Attempt* attempt
    ) const;
    void tell_started(const Attempt& attempt) const;
    [[nodiscard]] std::shared_ptr<HookNews> news_of(
        HookEvent event,
        const HeldJob& held,
        const queue::Envelope& envelope,
        const Attempt* attempt
    ) const;
    void tell_breakers(const HeldJob& held, queue::Verdict verdict);
    [[nodiscard]] bool batch_is_cancelled(const Attempt& attempt) const;

    ExecutorParts parts_;
};

} // namespace bgerp::worker
