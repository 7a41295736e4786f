#include "tenant_db/queue/decide.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// Somebody has to make room; trying at once would only meet the same.
constexpr std::int64_t disk_full_pause_s = 10;

std::int64_t tries_used(const AttemptFacts& facts) {
    return std::max<std::int64_t>(facts.attempts - facts.interruptions, 1);
}

std::string describe(const Outcome& outcome) {
    const Error& error = *outcome.error;
    const std::string code =
        outcome.code.empty() ? std::string(error_code_name(error.code)) : outcome.code;
    std::string text = code + ": " + error.message;
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

bool listed(const std::vector<std::string>& codes, std::string_view code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
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

// What the handler was told to wait is obeyed, within reason: a day.
std::int64_t delay_for(
    const Envelope& envelope, const AttemptFacts& facts, const Outcome& outcome, double random01
) {
    constexpr std::int64_t day_s = 86'400;
    if (outcome.retry_after_s) {
        return std::clamp<std::int64_t>(*outcome.retry_after_s, 0, day_s);
    }
    return backoff_for(envelope.backoff_s, tries_used(facts), random01);
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
        return {Verdict::drop, 0, describe(outcome)};
    }
    if (outcome.disk_full) {
        return {Verdict::release, disk_full_pause_s, describe(outcome)};
    }
    if (outcome.outage) {
        return {Verdict::leave, 0, describe(outcome)};
    }
    if (outcome.stop == StopReason::cancelled) {
        return {Verdict::cancel, 0, "cancelled"};
    }
    if (outcome.snooze_s) {
        return {Verdict::release, *outcome.snooze_s, {}};
    }
    std::string_view code = error_code_name(error.code);
    std::string text = describe(outcome);
    if (error.code == ErrorCode::cancelled) {
        switch (outcome.stop) {
        case StopReason::shutdown:
            return {Verdict::release, 0, {}};
        case StopReason::timeout:
            code = "timeout";
            text = "timeout: ran out of time";
            break;
        default: // the handler's own decision
            return {Verdict::cancel, 0, text};
        }
    }
    const bool hopeless = outcome.permanent || permanent(error.code) ||
                          listed(envelope.fail_on, code) || listed(rules.fail_on, code) ||
                          listed(envelope.fail_on, outcome.code) ||
                          listed(rules.fail_on, outcome.code);
    if (hopeless || !another_try(envelope, facts, rules)) {
        return {Verdict::fail, 0, std::move(text)};
    }
    return {Verdict::retry, delay_for(envelope, facts, outcome, random01), std::move(text)};
}

} // namespace bgerp::queue
