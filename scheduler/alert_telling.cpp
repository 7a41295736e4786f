// How the alert watcher tells what it found.
#include "base/log.hpp"
#include "scheduler/alert_watcher.hpp"
#include "tenant_db/alerts/alert_teller.hpp"
#include "tenant_db/queue/job_events.hpp"

#include <algorithm>

namespace bgerp::scheduler {

namespace {

using core_db::AlertKey;

constexpr std::chrono::seconds statement_time{30};

// An end that can't be told is forgotten after so many tries; a beginning is tried as long as it
// holds.
constexpr std::int64_t tries_to_tell_the_end = 20;

// Of one rule's turn: who doesn't listen is left alone until the next look.
constexpr int failures_max = 3;

// Rules that tell at one time; the others' turn is at the next look.
constexpr std::size_t telling_max = 16;

Deadline soon() {
    return Deadline::after(statement_time);
}

} // namespace

void AlertWatcher::let_tell(std::map<std::string, std::vector<News>> news) {
    for (auto& entry : news) {
        if (telling_.size() == telling_max) {
            return;
        }
        const AlertConfig& rule = *rule_of(entry.second.front().alert.key);
        telling_[entry.first] =
            std::async(std::launch::async, [this, &rule, mine = std::move(entry.second)]() mutable {
                tell_all(rule, std::move(mine));
            });
    }
}

// A rule's turn, in a thread of its own. What failed most often comes last, so that one alert that
// can't be told doesn't keep the rule's others from being told.
void AlertWatcher::tell_all(const AlertConfig& rule, std::vector<News> news) {
    std::stable_sort(news.begin(), news.end(), [](const News& a, const News& b) {
        return a.alert.tries < b.alert.tries;
    });
    int failures = 0;
    try {
        for (const News& one : news) {
            if (failures == failures_max || !may_go_on()) {
                return;
            }
            failures += tell_one(rule, one) ? 0 : 1;
        }
    } catch (const std::exception& error) { // the next look sees it all
        log_warn(
            "what was told of alerts was not written down",
            {{"alert", rule.name}, {"error", error.what()}}
        );
    }
}

// Telling goes before writing down that it was told: rather twice than never.
bool AlertWatcher::tell_one(const AlertConfig& rule, const News& news) {
    const core_db::FiringAlert& alert = news.alert;
    const bool told = tell(rule, alert, news.event);
    if (news.event == "began") {
        if (told) {
            core_db::alert_told(*tenants_.core_pool().acquire(soon()), alert.key);
        }
    } else if (told || alert.tries + 1 >= tries_to_tell_the_end) {
        core_db::forget_alert(*tenants_.core_pool().acquire(soon()), alert.key);
    }
    return told;
}

bool AlertWatcher::tell(
    const AlertConfig& rule, const core_db::FiringAlert& alert, const std::string& event
) {
    const auto told =
        alerts::tell_alert(rule, {event, alert.key, alert.value, alert.began_at}, [this] {
            return stop_.raised();
        });
    const std::string what = event + ": " + alerts::describe(rule, alert.value);
    const AlertKey& key = alert.key;
    if (told) {
        note(alert.key, event);
        log_warn(
            "alert told",
            {{"alert", key.rule}, {"tenant", key.org}, {"queue", key.queue}, {"what", what}}
        );
        return true;
    }
    log_error(
        "an alert could not be told",
        {{"alert", key.rule},
         {"tenant", key.org},
         {"queue", key.queue},
         {"what", what},
         {"error", told.error().message}}
    );
    core_db::alert_not_told(*tenants_.core_pool().acquire(soon()), key);
    return false;
}

// For those who follow the organization's events. Not worth an alert of its own when it fails.
void AlertWatcher::note(const AlertKey& key, const std::string& event) {
    try {
        const auto tenants = tenants_.active();
        for (const Tenant& tenant : *tenants) {
            if (tenant.code.str() == key.org) {
                const auto schema = queue::QueueSchema::of(tenant.database);
                const auto session = tenants_.queue_pool().acquire(soon());
                queue::note_event(*session, schema, "alert_" + event, key.queue, key.rule);
            }
        }
    } catch (const Failure& error) {
        log_debug("an alert's event was not written", {{"error", error.what()}});
    }
}

} // namespace bgerp::scheduler
