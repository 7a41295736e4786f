#include "tenant_db/alerts/alert_rules.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace bgerp::alerts {

namespace {

using Condition = AlertConfig::Condition;

bool watches_queue(const AlertConfig& rule, const std::string& queue) {
    if (rule.queue.ends_with('*')) {
        return queue.starts_with(std::string_view(rule.queue).substr(0, rule.queue.size() - 1));
    }
    return rule.queue.empty() || rule.queue == queue;
}

std::int64_t value_of(const AlertConfig& rule, const queue::QueueLoad& load) {
    return rule.condition == Condition::wait_s ? load.oldest_wait_s : load.waiting;
}

// Nothing where too little was done to say.
std::optional<std::int64_t> value_of(const AlertConfig& rule, const queue::JobCounts& counts) {
    if (rule.condition == Condition::failures) {
        return static_cast<std::int64_t>(counts.failed);
    }
    constexpr double hundred = 100;
    const std::uint64_t ended = counts.completed + counts.failed + counts.retried;
    if (ended < static_cast<std::uint64_t>(rule.attempts_min)) {
        return std::nullopt;
    }
    // Rounded up, so that what is above the limit by any part of a percent is above it.
    const double percent = counts.failure_rate() * hundred;
    const auto whole = static_cast<std::int64_t>(percent);
    return percent > static_cast<double>(whole) ? whole + 1 : whole;
}

} // namespace

bool asks_for_loads(const AlertConfig& rule) {
    return rule.condition == Condition::wait_s || rule.condition == Condition::backlog;
}

std::chrono::minutes stats_window(const AlertConfig& rule) {
    // The minute under way is read too: one less keeps the sum near what was asked for.
    const auto minutes =
        std::chrono::ceil<std::chrono::minutes>(std::chrono::seconds(rule.within_s));
    return std::max(minutes - std::chrono::minutes(1), std::chrono::minutes(1));
}

bool watches(const AlertConfig& rule, const std::string& org) {
    return rule.orgs.empty() ||
           std::find(rule.orgs.begin(), rule.orgs.end(), org) != rule.orgs.end();
}

std::vector<Holding> holding(
    const AlertConfig& rule,
    const std::string& org,
    const std::vector<queue::QueueLoad>& loads,
    const std::vector<queue::JobStat>& stats
) {
    std::vector<Holding> found;
    const auto take = [&](const std::string& queue, std::optional<std::int64_t> value) {
        if (value && *value > rule.limit && watches_queue(rule, queue)) {
            found.push_back({{rule.name, org, queue}, *value});
        }
    };
    if (asks_for_loads(rule)) {
        for (const queue::QueueLoad& load : loads) {
            take(load.queue, value_of(rule, load));
        }
    } else {
        for (const queue::JobStat& stat : stats) {
            take(stat.queue, value_of(rule, stat.counts));
        }
    }
    return found;
}

const char* condition_name(Condition condition) {
    switch (condition) {
    case Condition::wait_s:
        return "wait_s";
    case Condition::backlog:
        return "backlog";
    case Condition::failures:
        return "failures";
    case Condition::failure_percent:
        return "failure_percent";
    case Condition::none:
        break;
    }
    return "none";
}

std::string describe(const AlertConfig& rule, std::int64_t value) {
    const std::string number = std::to_string(value);
    const std::string within = " in " + std::to_string(rule.within_s) + " s";
    const std::string limit = " (limit " + std::to_string(rule.limit) + ")";
    switch (rule.condition) {
    case Condition::wait_s:
        return "a job waits for " + number + " s" + limit;
    case Condition::backlog:
        return "at least " + number + " jobs wait" + limit;
    case Condition::failures:
        return number + " jobs failed" + within + limit;
    case Condition::failure_percent:
        return number + " % of the attempts failed" + within + limit;
    case Condition::none:
        break;
    }
    return number + limit;
}

} // namespace bgerp::alerts
