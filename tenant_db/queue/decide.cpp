#include "tenant_db/queue/decide.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// Somebody has to make room; trying at once would only meet the same.
constexpr std::int64_t disk_full_pause_s = 10;

std::int64_t tries_used(const AttemptFacts& facts) {
    return std::max<std::int64_t>(facts.attempts - facts.interruptions, 1);
}

std::string describe(const Error& error) {
    std::string text = std::string(error_code_name(error.code)) + ": " + error.message;
    if (!error.field.empty()) {
        text += " (" + error.field + ")";
    }
    return text;
}

// Trying again would meet the same refusal.
bool permanent(ErrorCode code) {
    switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::forbidden:
    case ErrorCode::too_large:
        return true;
    default:
        return false;
    }
}

bool another_try(const Envelope& envelope, const AttemptFacts& facts, const AttemptRules& rules) {
    if (envelope.max_exceptions && *envelope.max_exceptions > 0 &&
        envelope.exceptions + 1 >= *envelope.max_exceptions) {
        return false;
    }
    if (envelope.retry_until) {
        return facts.now_s < *envelope.retry_until;
    }
    const std::int64_t max_tries = envelope.max_tries.value_or(rules.max_tries);
    return max_tries <= 0 || tries_used(facts) < max_tries;
}

Decision retry_or_fail(
    const Envelope& envelope,
    const AttemptFacts& facts,
    const AttemptRules& rules,
    std::string error,
    double random01
) {
    if (!another_try(envelope, facts, rules)) {
        return {Verdict::fail, 0, std::move(error)};
    }
    const std::int64_t delay_s = backoff_for(envelope.backoff_s, tries_used(facts), random01);
    return {Verdict::retry, delay_s, std::move(error)};
}

} // namespace

Decision
decide_start(const Envelope& envelope, const AttemptFacts& facts, const AttemptRules& rules) {
    if (facts.cancelled || facts.batch_cancelled) {
        return {Verdict::cancel, 0, facts.cancelled ? "cancelled" : "cancelled with its batch"};
    }
    if (facts.workflow_stopped) {
        return {Verdict::cancel, 0, "its workflow was stopped"};
    }
    if (facts.rescues > rules.rescues_max) {
        return {
            Verdict::fail,
            0,
            "poison: " + std::to_string(facts.rescues) + " workers in a row died with this job"};
    }
    if (envelope.retry_until) {
        if (facts.now_s > *envelope.retry_until) {
            return {Verdict::fail, 0, "MaxAttemptsExceeded: its time for retries is over"};
        }
        return {};
    }
    const std::int64_t max_tries = envelope.max_tries.value_or(rules.max_tries);
    if (max_tries > 0 && tries_used(facts) > max_tries) {
        return {
            Verdict::fail,
            0,
            "MaxAttemptsExceeded: attempted too many times (" + std::to_string(max_tries) +
                " allowed)"};
    }
    return {};
}

Decision decide_end(
    const Envelope& envelope,
    const AttemptFacts& facts,
    const AttemptRules& rules,
    const Outcome& outcome,
    double random01
) {
    if (!outcome.error) {
        return {Verdict::complete, 0, {}}; // fenced: a lease lost meanwhile shows there
    }
    const Error& error = *outcome.error;
    if (outcome.stop == StopReason::lease_lost || error.code == ErrorCode::lease_lost) {
        return {Verdict::drop, 0, describe(error)};
    }
    if (outcome.disk_full) {
        return {Verdict::release, disk_full_pause_s, describe(error)};
    }
    if (outcome.outage) {
        return {Verdict::leave, 0, describe(error)};
    }
    if (outcome.stop == StopReason::cancelled) {
        return {Verdict::cancel, 0, "cancelled"};
    }
    if (outcome.snooze_s) {
        return {Verdict::release, *outcome.snooze_s, {}};
    }
    if (error.code == ErrorCode::cancelled) {
        switch (outcome.stop) {
        case StopReason::shutdown:
            return {Verdict::release, 0, {}};
        case StopReason::timeout:
            return retry_or_fail(envelope, facts, rules, "timeout: ran out of time", random01);
        default: // the handler's own decision
            return {Verdict::cancel, 0, describe(error)};
        }
    }
    if (permanent(error.code)) {
        return {Verdict::fail, 0, describe(error)};
    }
    return retry_or_fail(envelope, facts, rules, describe(error), random01);
}

} // namespace bgerp::queue
