#include "worker/discovery.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/parking.hpp"

#include <algorithm>
#include <utility>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds nap_max{100}; // how soon a wish to stop is noticed
constexpr std::chrono::seconds heartbeat_interval{3};
constexpr std::chrono::seconds parked_interval{5};
constexpr std::chrono::seconds statement_time{30};
// Queues of one tenant that its next ring is taken to mean.
constexpr std::size_t hunches_max = 2;

// Due jobs moved at a time, and how many times for one tenant before the next one's turn.
constexpr std::size_t promote_limit = 1000;
constexpr int promote_rounds = 20;

std::vector<std::string> databases_of(const std::vector<const Roster::Member*>& members) {
    std::vector<std::string> databases;
    databases.reserve(members.size());
    for (const Roster::Member* const member : members) {
        databases.push_back(member->place.database);
    }
    return databases;
}

} // namespace

Discovery::Discovery(DiscoveryRules rules, const DiscoveryParts& parts)
    : rules_(std::move(rules))
    , parts_(parts)
    , plan_(rules_.sweep)
    , probe_([&rings = parts.rings] { rings.wake(); }) {}

Discovery::~Discovery() {
    stop();
}

void Discovery::start() {
    Pulse::Beat& beat = parts_.pulse.add("discovery");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void Discovery::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
        parts_.registration.remove();
    }
}

void Discovery::run(Pulse::Beat& beat) {
    Outage outage("discovery");
    while (!stop_.raised()) {
        beat.touch();
        const auto until = next_turn() - SteadyClock::now();
        const auto nap = std::chrono::ceil<std::chrono::milliseconds>(until);
        const auto rings = parts_.rings.wait(std::min(nap, nap_max));
        try {
            answer(rings);
            turn(SteadyClock::now());
            outage.succeeded();
        } catch (const std::exception& error) { // the tick is lost, the loop goes on
            outage.failed(error, stop_);
        }
    }
}

Discovery::Time Discovery::next_turn() const {
    // An answer under way ends the wait when it is there.
    Time next = probe_.busy() ? next_heartbeat_ : std::min(plan_.due(), next_heartbeat_);
    for (const std::string& org : rung_) {
        const auto known = recent_.find(org);
        next = std::min(
            next,
            known == recent_.end() ? Time() : known->second.probed_at + probe_interval
        );
    }
    return next;
}

void Discovery::turn(Time now) {
    if (now >= next_heartbeat_) {
        parts_.registration.renew();
        next_heartbeat_ = now + heartbeat_interval;
    }
    probe_rung(now);
    if (probe_.busy()) {
        const auto answer = probe_.take();
        if (!answer) {
            return;
        }
        take_in(*answer);
    }
    if (plan_.round_over() && !found_ && judged_ != plan_.begun_at()) {
        judged_ = plan_.begun_at();
        if (!awaits_parked()) {
            quiet_since_.store(judged_);
        }
    }
    if (now < plan_.due()) {
        return;
    }
    if (plan_.round_over()) {
        begin_round(now);
    } else {
        ask_part();
    }
}

void Discovery::begin_round(Time now) {
    refresh_roster();
    review_recent(now);
    const auto databases = roster_.databases_by_pool();
    for (const auto& entry : databases) {
        parts_.clock.observe(entry.first->acquire(Deadline::after(statement_time))
                                 ->query_one(
                                     "SELECT UNIX_TIMESTAMP()",
                                     {},
                                     [](const mysql::Row& row) { return row.i64(0); }
                                 )
                                 .value_or(0));
    }
    suspect_parked(now);
    found_ = false;
    plan_.begin(now, databases, !recent_.empty());
}

void Discovery::refresh_roster() {
    auto places = parts_.source.active();
    if (places == places_) {
        return;
    }
    for (const auto& tenant : roster_.update(*places)) {
        parts_.rings.forget(tenant->org);
        rules_known_.erase(tenant->org);
        if (roster_.by_org(tenant->org) == nullptr) {
            parts_.inbox.gone(tenant);
            parts_.limits.forget(*tenant);
        }
    }
    places_ = std::move(places);
}

void Discovery::ask_part() {
    found_before_part_ = std::exchange(found_, true); // a part that fails may hide work
    probe_.start([&part = plan_.take()] {
        return queue::probe_for_work(*part.pool, Deadline::after(statement_time), part.databases);
    });
}

void Discovery::take_in(const std::vector<queue::WorkFound>& answer) {
    Members with_jobs;
    bool unmoved = false;
    for (const queue::WorkFound& work : answer) {
        const Roster::Member* const member = roster_.by_database(work.database);
        if (member == nullptr) {
            continue;
        }
        with_jobs.push_back(member);
        try {
            if (work.due) {
                promote(*member->tenant);
            }
        } catch (const Failure& error) {             // one tenant's trouble is not the others'
            unmoved = unmoved || !is_refusal(error); // what passes by itself is waited for
            log_warn(
                "a tenant's delayed jobs could not be moved",
                {{"tenant", member->tenant->org}, {"error", error.what()}}
            );
        }
    }
    found_ = look_into(with_jobs) || unmoved || found_before_part_;
}

void Discovery::promote(const ServedTenant& tenant) {
    for (int round = 0; round < promote_rounds; ++round) {
        const std::size_t moved = queue::promote_due(
            *tenant.queue_pool,
            Deadline::after(statement_time),
            tenant.schema,
            promote_limit
        );
        if (moved < promote_limit) {
            return;
        }
    }
}

// Members of one server. True when any has work in a queue that is served.
bool Discovery::look_into(const Members& members) {
    if (members.empty()) {
        return false;
    }
    const auto work = queue::queues_with_work(
        *members.front()->place.sweep_pool,
        Deadline::after(statement_time),
        databases_of(members),
        rules_.lease
    );
    Members with_work;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!work[i].empty()) { // all of the others' jobs are held, or remote workers'
            with_work.push_back(members[i]);
        }
    }
    look_up_rules(with_work);
    bool found = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (work[i].empty()) {
            continue;
        }
        Recent& recent = recent_[members[i]->tenant->org];
        auto queues = recent.paused_all ? std::vector<std::string>()
                                        : without(rules_.selection.among(work[i]), recent.paused);
        if (rules_.until_empty) {
            queues = reservable(*members[i]->tenant, queues);
        }
        if (queues.empty()) {
            continue;
        }
        found = true;
        parts_.inbox.found(members[i]->tenant, queues);
        queues.resize(std::min(queues.size(), hunches_max));
        recent.hunch = std::move(queues);
        recent.seen_at = recent.paused_at;
    }
    return found;
}

// Pauses and limits. Tells the limit book, and the reserver, which may have been hinted at a paused
// queue. Members of one server.
void Discovery::look_up_rules(const Members& members) {
    if (members.empty()) {
        return;
    }
    const auto now = SteadyClock::now();
    auto rules = queue::read_rules(
        *members.front()->tenant->queue_pool,
        Deadline::after(statement_time),
        databases_of(members)
    );
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& tenant = members[i]->tenant;
        Recent& recent = recent_[tenant->org];
        recent.paused = rules[i].paused_queues;
        recent.paused_all = rules[i].paused_all;
        recent.paused_at = now;
        recent.hunch =
            recent.paused_all ? std::vector<std::string>() : without(recent.hunch, recent.paused);
        tell_outdated(tenant->org, rules[i].outdated);
        const bool limited =
            recent.paused_all || !recent.paused.empty() || !rules[i].limits.empty();
        rules_known_[tenant->org] = limited;
        parts_.limits.configure(tenant, std::move(rules[i]));
        parts_.rings.know(tenant->org, {tenant, recent.paused, recent.paused_all, limited, now});
        if (!recent.paused.empty() || recent.paused_all) {
            parts_.inbox.paused(tenant, recent.paused, recent.paused_all);
        }
    }
}

// Once when it is found, not each second.
void Discovery::tell_outdated(const std::string& org, bool outdated) {
    if (!outdated) {
        outdated_.erase(org);
    } else if (outdated_.insert(org).second) {
        log_warn(
            "an organization's tables are older than this worker: none of its jobs begins before"
            " bgerp migrate",
            {{"tenant", org}}
        );
    }
}

// Jobs held back are in no sweep's sight: the worker that held them back keeps an eye on them, and
// this finds what a dead one left.
void Discovery::suspect_parked(Time now) {
    if (now < next_parked_) {
        return;
    }
    next_parked_ = now + parked_interval;
    std::map<mysql::Pool*, std::vector<std::string>> databases;
    for (const Roster::Member* const member : roster_.members()) {
        databases[member->tenant->queue_pool.get()].push_back(member->place.database);
    }
    for (const auto& [pool, names] : databases) {
        const auto found =
            queue::databases_with_watched_keys(*pool, Deadline::after(statement_time), names);
        for (const std::string& database : found) {
            if (const Roster::Member* const member = roster_.by_database(database)) {
                parts_.limits.suspect(member->tenant);
            }
        }
    }
}

} // namespace bgerp::worker
