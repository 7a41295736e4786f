#include "scheduler/alert_watcher.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace bgerp::scheduler {

namespace {

constexpr std::chrono::seconds statement_time{30};
constexpr std::chrono::milliseconds nap{500};

// Of one look: more say no more than that everything is wrong.
constexpr std::size_t holding_max = 1000;

Deadline soon() {
    return Deadline::after(statement_time);
}

} // namespace

AlertWatcher::AlertWatcher(const Config& config, Tenants& tenants, Leadership& lead, Pulse& pulse)
    : rules_(config.alerts)
    , interval_(config.scheduler.alerts_s)
    , tenants_(tenants)
    , lead_(lead)
    , pulse_(pulse) {}

AlertWatcher::~AlertWatcher() {
    stop();
}

void AlertWatcher::start() {
    Pulse::Beat& beat = pulse_.add("alert watcher");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void AlertWatcher::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
    telling_.clear(); // waits
}

void AlertWatcher::run(Pulse::Beat& beat) {
    Outage outage("alert watcher");
    auto next = std::chrono::steady_clock::now();
    beat_ = &beat;
    while (!stop_.wait_for(nap)) {
        beat.touch();
        if (!lead_.held() || std::chrono::steady_clock::now() < next) {
            continue;
        }
        try {
            look_and_begin_to_tell();
            outage.succeeded();
            next = std::chrono::steady_clock::now() + interval_;
        } catch (const std::exception& error) { // this look is lost, the next one sees it all
            outage.failed(error, stop_);
        }
    }
}

void AlertWatcher::look() {
    look_and_begin_to_tell();
    telling_.clear(); // waits
}

void AlertWatcher::look_and_begin_to_tell() {
    // Before it is read what was told: a turn that ends after that is not over yet.
    std::erase_if(telling_, [](const auto& turn) {
        return turn.second.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    });
    bring_up_to_date(rules_.empty() ? Seen() : look_at_all());
}

AlertWatcher::Seen AlertWatcher::look_at_all() {
    Seen seen;
    std::map<std::string, const Tenant*> by_database;
    std::vector<std::string> databases;
    const auto tenants = tenants_.active();
    for (const Tenant& tenant : *tenants) {
        const bool watched = std::any_of(rules_.begin(), rules_.end(), [&](const auto& rule) {
            return alerts::watches(rule, tenant.code.str());
        });
        if (watched) {
            by_database[tenant.database] = &tenant;
            databases.push_back(tenant.database);
        }
    }
    std::chrono::minutes last{0};
    for (const AlertConfig& rule : rules_) {
        last = std::max(last, alerts::stats_window(rule));
    }
    for (const std::string& database :
         queue::databases_with_load(tenants_.queue_pool(), soon(), databases, last)) {
        const Tenant& tenant = *by_database.at(database);
        if (!may_go_on()) {
            seen.unknown.insert(tenant.code.str());
            continue;
        }
        try {
            look_at(tenant, seen);
        } catch (const Failure& error) { // one tenant's trouble is not the others'
            seen.unknown.insert(tenant.code.str());
            log_warn(
                "alerts left out a tenant",
                {{"tenant", tenant.code.str()}, {"error", error.what()}}
            );
        }
    }
    return seen;
}

void AlertWatcher::look_at(const Tenant& tenant, Seen& seen) {
    if (beat_ != nullptr) {
        beat_->touch();
    }
    const std::string& org = tenant.code.str();
    const auto schema = queue::QueueSchema::of(tenant.database);
    const auto session = tenants_.queue_pool().acquire(soon());
    bool any_loads = false;
    std::int64_t count_max = 0;
    std::map<std::chrono::minutes, std::vector<queue::JobStat>> stats;
    for (const AlertConfig& rule : rules_) {
        if (!alerts::watches(rule, org)) {
            continue;
        }
        if (!alerts::asks_for_loads(rule)) {
            stats[alerts::stats_window(rule)];
            continue;
        }
        any_loads = true;
        if (rule.condition == AlertConfig::Condition::backlog) {
            count_max = std::max(count_max, rule.limit + 1);
        }
    }
    for (auto& [window, sums] : stats) {
        sums = queue::read_stats(*session, schema, {window, false, ""}).stats;
    }
    const auto loads = any_loads ? queue::queue_loads(*session, schema, count_max)
                                 : std::vector<queue::QueueLoad>();
    for (const AlertConfig& rule : rules_) {
        if (!alerts::watches(rule, org)) {
            continue;
        }
        const auto window = alerts::stats_window(rule);
        for (const auto& found : alerts::holding(
                 rule,
                 org,
                 loads,
                 alerts::asks_for_loads(rule) ? std::vector<queue::JobStat>() : stats.at(window)
             )) {
            if (seen.holding.size() < holding_max) {
                seen.holding[found.key] = found.value;
            } else { // what began stays begun
                seen.unknown.insert(org);
            }
        }
    }
}

void AlertWatcher::bring_up_to_date(const Seen& seen) {
    std::vector<core_db::FiringAlert> firing;
    {
        const auto core = tenants_.core_pool().acquire(soon());
        for (const auto& [key, value] : seen.holding) {
            core_db::alert_holds(*core, key, value);
        }
        firing = core_db::firing_alerts(*core);
    }
    std::map<std::string, std::vector<News>> news;
    for (const core_db::FiringAlert& alert : firing) {
        if (!may_go_on()) {
            return;
        }
        if (beat_ != nullptr) {
            beat_->touch();
        }
        if (auto one = follow(alert, seen)) {
            news[alert.key.rule].push_back(std::move(*one));
        }
    }
    let_tell(std::move(news));
}

// Who wasn't told that it began needn't be told that it ended.
std::optional<AlertWatcher::News>
AlertWatcher::follow(const core_db::FiringAlert& alert, const Seen& seen) {
    const AlertConfig* const rule = rule_of(alert.key);
    if (rule == nullptr) { // whom to tell isn't known any more
        core_db::forget_alert(*tenants_.core_pool().acquire(soon()), alert.key);
        return std::nullopt;
    }
    if (telling_.contains(alert.key.rule)) { // what was told isn't written down yet
        return std::nullopt;
    }
    if (seen.holding.contains(alert.key)) {
        if (alert.told) {
            return std::nullopt;
        }
        return News{alert, "began"};
    }
    if (seen.unknown.contains(alert.key.org) || alert.quiet_s < rule->quiet_s) {
        return std::nullopt;
    }
    if (!alert.told) {
        core_db::forget_alert(*tenants_.core_pool().acquire(soon()), alert.key);
        return std::nullopt;
    }
    return News{alert, "ended"};
}

const AlertConfig* AlertWatcher::rule_of(const core_db::AlertKey& key) const {
    const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const AlertConfig& rule) {
        return rule.name == key.rule && alerts::watches(rule, key.org);
    });
    return found == rules_.end() ? nullptr : &*found;
}

} // namespace bgerp::scheduler
