#include "worker/executor.hpp"

#include "base/log.hpp"
#include "core_db/args_key.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/remote_queue.hpp"
#include "tenant_db/queue/sealed_args.hpp"
#include "worker/workflow_step.hpp"

#include <algorithm>
#include <random>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds statement_time{5};

// What the queue itself spends on a job, so that empty jobs aren't free of charge.
constexpr std::int64_t job_us_min = 20;

double random01() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(random);
}

// What nobody can do anything about by trying again: sealed for another platform, or not what the
// kind takes.
Result<void> read_args(
    const Config& config,
    const HeldJob& held,
    queue::Envelope& envelope,
    const HandlerRegistry::Entry& entry
) {
    if (envelope.encrypted) {
        const auto key = core_db::args_key(config.security, held.tenant->key);
        if (Result<void> opened = queue::open_args(envelope, key.value_or("")); !opened) {
            return opened;
        }
    }
    return entry.options.args ? entry.options.args->check(envelope.args) : Result<void>();
}

void report_cost(const HeldJob& held, SteadyClock::duration spent) {
    const auto us =
        std::max(std::chrono::duration_cast<std::chrono::microseconds>(spent).count(), job_us_min);
    held.tenant->owed_us.fetch_add(us - held.charged_us, std::memory_order_relaxed);
    held.meter->us.fetch_add(us, std::memory_order_relaxed);
    held.meter->jobs.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

Executor::Executor(ExecutorParts parts)
    : parts_(std::move(parts)) {}

void Executor::run(const HeldJobPtr& held) {
    if (held->pass == nullptr) {
        run_one(held);
        return;
    }
    for (HeldJobPtr turn = first_turn(held); turn != nullptr;) {
        run_one(turn);
        turn = parts_.limits.book().end(*turn, SteadyClock::now());
    }
}

HeldJobPtr Executor::first_turn(const HeldJobPtr& held) {
    switch (parts_.limits.book().begin(held, SteadyClock::now())) {
    case LimitBook::Turn::now:
        return held;
    case LimitBook::Turn::later:
        return nullptr;
    case LimitBook::Turn::never:
        break;
    }
    parts_.settler.settle(*held, {}, {Verdict::release, 0, {}});
    parts_.in_hand.remove(held);
    return nullptr;
}

void Executor::run_one(const HeldJobPtr& held) {
    const auto started = SteadyClock::now();
    held->running.store(true);
    bool ended = true;
    try {
        ended = run_pipeline(held);
    } catch (const std::exception& error) { // a bug of ours: the lease runs out, the slot lives on
        log_error(
            "an attempt was given up",
            {{"tenant", held->tenant->org}, {"error", error.what()}}
        );
    }
    held->running.store(false);
    report_cost(*held, SteadyClock::now() - started);
    if (ended) {
        parts_.in_hand.remove(held);
    }
}

bool Executor::run_pipeline(const HeldJobPtr& held) {
    if (held->stop.load() == StopReason::lease_lost) {
        parts_.counters.lost.fetch_add(1);
        return true;
    }
    const LogScope tenant_scope("tenant", held->tenant->org);
    auto envelope = queue::parse_envelope(held->job.payload);
    if (!envelope) {
        const std::string error = "unreadable payload: " + envelope.error().message;
        if (parts_.settler.fail_unreadable(*held, error)) {
            tell_end(*held, {}, {Verdict::fail, 0, error}, nullptr);
        }
        count_end(*held, {}, Verdict::fail);
        return true;
    }
    const auto* entry = parts_.handlers.find(envelope->kind);
    if (entry == nullptr && is_remote(envelope->kind)) {
        parts_.settler.hand_over(*held, *envelope, queue::remote_queue_of(envelope->kind));
        return true;
    }
    if (entry == nullptr) {
        settle(
            *held,
            *envelope,
            {Verdict::fail, 0, "unknown kind: no handler for '" + envelope->kind + "'"}
        );
        count_end(*held, {}, Verdict::fail);
        return true;
    }
    if (const auto readable = read_args(parts_.config, *held, *envelope, *entry); !readable) {
        const Error& error = readable.error();
        settle(
            *held,
            *envelope,
            {Verdict::fail, 0, std::string(error_code_name(error.code)) + ": " + error.message}
        );
        count_end(*held, envelope->kind, Verdict::fail);
        return true;
    }
    const StepMay may = prepare_step(*held, *envelope);
    if (may == StepMay::not_be_told) {
        parts_.settler.settle(*held, *envelope, {Verdict::leave, 0, "its workflow can't be read"});
        return true;
    }
    Attempt attempt{held, *envelope, *entry, rules_of(*entry), facts_of(*held)};
    attempt.facts.workflow_stopped = may == StepMay::not_begin;
    return run_known(attempt);
}

queue::AttemptRules Executor::rules_of(const HandlerRegistry::Entry& entry) const {
    const auto& config = parts_.config.queue;
    return {
        entry.options.max_tries.value_or(config.max_tries),
        config.rescues_max,
        entry.options.fail_on};
}

queue::AttemptFacts Executor::facts_of(const HeldJob& held) const {
    return {
        held.job.fence.attempts,
        held.job.rescues,
        held.job.interruptions,
        parts_.clock.now_s()};
}

void Executor::overran(const HeldJob& held) {
    const auto envelope = queue::parse_envelope(held.job.payload);
    const auto* entry = envelope ? parts_.handlers.find(envelope->kind) : nullptr;
    if (entry == nullptr) {
        return; // it ran, so both were there
    }
    queue::Outcome outcome;
    outcome.error = Error{ErrorCode::cancelled, "the handler ignores its time-out", {}, {}};
    outcome.stop = StopReason::timeout;
    const queue::Decision decision =
        decide_end(*envelope, facts_of(held), rules_of(*entry), outcome, random01());
    count_end(held, envelope->kind, decision.verdict);
    settle(held, *envelope, decision);
}

// Whoever put it here didn't know that its kind has a queue of its own, where we don't look.
bool Executor::is_remote(const std::string& kind) const {
    const auto& kinds = parts_.config.queue.remote_kinds;
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool Executor::run_known(Attempt attempt) {
    attempt.facts.cancelled = attempt.held->stop.load() == StopReason::cancelled;
    attempt.facts.batch_cancelled = batch_is_cancelled(attempt);
    const queue::Decision start = decide_start(attempt.envelope, attempt.facts, attempt.rules);
    if (start.verdict != Verdict::run) {
        count_end(*attempt.held, attempt.envelope.kind, start.verdict);
        settle(*attempt.held, attempt.envelope, start, &attempt);
        return true;
    }
    if (!claim_stands(attempt)) {
        parts_.counters.lost.fetch_add(1);
        return true;
    }
    std::string output;
    const queue::Outcome outcome = run_handler(attempt, output);
    attempt.entry.came_back.store(true, std::memory_order_relaxed);
    if (attempt.left) {
        parts_.counters.released.fetch_add(1);
        return true;
    }
    attempt.facts.now_s = parts_.clock.now_s();
    return conclude(attempt, outcome, std::move(output));
}

// A handler may begin before its claim is durable, but a worker that dies of it then isn't counted:
// so it waits where that is to be feared.
bool Executor::claim_stands(const Attempt& attempt) const {
    const bool tame = attempt.entry.came_back.load(std::memory_order_relaxed);
    if (tame && attempt.facts.rescues == 0) {
        return true;
    }
    attempt.held->wait_for_claim();
    return attempt.held->stop.load() != StopReason::lease_lost;
}

void Executor::count_end(
    const HeldJob& held,
    const std::string& kind,
    Verdict verdict,
    std::optional<AttemptStats::Duration> ran
) {
    if (parts_.stats != nullptr) {
        parts_.stats->ended(held, kind, verdict, ran);
    }
}

bool Executor::conclude(const Attempt& attempt, const queue::Outcome& outcome, std::string output) {
    const queue::Decision decision =
        decide_end(attempt.envelope, attempt.facts, attempt.rules, outcome, random01());
    count_end(*attempt.held, attempt.envelope.kind, decision.verdict, attempt.ran);
    tell_breakers(*attempt.held, decision.verdict);
    if (decision.verdict != Verdict::complete) {
        settle(*attempt.held, attempt.envelope, decision, &attempt);
        return true;
    }
    if (attempt.completed) {
        parts_.counters.completed.fetch_add(1);
        parts_.settler.settle_batch(*attempt.held, attempt.envelope.batch_id);
        parts_.settler.settle_step(*attempt.held, attempt.envelope.workflow_step);
        tell_end(*attempt.held, attempt.envelope, decision, &attempt);
        return true;
    }
    const bool recorded = attempt.held->job.flags != 0; // else nobody asks for its name
    const auto& step = attempt.envelope.workflow_step;
    parts_.finished.finished(
        {attempt.held,
         recorded ? attempt.envelope.uuid : std::string(),
         attempt.envelope.batch_id,
         std::move(output),
         step ? step->workflow_id : std::string(),
         news_of(HookEvent::completed, *attempt.held, attempt.envelope, &attempt)}
    );
    return false;
}

// Before the job's end is written: its successor may be claimed the moment it is.
void Executor::tell_breakers(const HeldJob& held, Verdict verdict) {
    const bool failed = verdict == Verdict::retry || verdict == Verdict::fail;
    const bool asked = held.pass != nullptr && held.pass->tells_breakers();
    if (asked && (failed || verdict == Verdict::complete)) {
        parts_.limits.attempt_ended(held, !failed);
    }
}

// Unknown, when the database can't be asked, counts as no: the handler will meet the same outage.
bool Executor::batch_is_cancelled(const Attempt& attempt) const {
    if ((attempt.held->job.flags & queue::flag_batch) == 0 || attempt.envelope.batch_id.empty()) {
        return false;
    }
    try {
        const ServedTenant& tenant = *attempt.held->tenant;
        const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
        return queue::batch_cancelled(*connection, tenant.schema, attempt.envelope.batch_id);
    } catch (const Failure& error) {
        log_debug("a batch's state could not be read", {{"error", error.what()}});
        return false;
    }
}

} // namespace bgerp::worker
