// Does a rule's condition hold for a queue? Pure functions over what the scheduler read; which
// rules there are is the configuration's (section `alerts`). Thread-safe.
#pragma once

#include "base/config.hpp"
#include "core_db/alert_state.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tenant_db/queue/queue_load.hpp"

#include <string>
#include <vector>

namespace bgerp::alerts {

/// What must be read for a rule: loads for wait_s and backlog, statistics for the others.
[[nodiscard]] bool asks_for_loads(const AlertConfig& rule);

/// How far back the statistics go, in whole minutes; those under way come on top.
[[nodiscard]] std::chrono::minutes stats_window(const AlertConfig& rule);

/// Whether it watches this organization.
[[nodiscard]] bool watches(const AlertConfig& rule, const std::string& org);

struct Holding {
    core_db::AlertKey key;
    std::int64_t value = 0; // beyond the rule's limit
};

/// The organization's queues for which the rule's condition holds.
[[nodiscard]] std::vector<Holding> holding(
    const AlertConfig& rule,
    const std::string& org,
    const std::vector<queue::QueueLoad>& loads,
    const std::vector<queue::JobStat>& stats
);

/// "wait_s", "backlog", "failures" or "failure_percent".
[[nodiscard]] const char* condition_name(AlertConfig::Condition condition);

/// For people: "a job waits for 75 s (limit 60)".
[[nodiscard]] std::string describe(const AlertConfig& rule, std::int64_t value);

} // namespace bgerp::alerts
