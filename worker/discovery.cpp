#include "worker/discovery.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/queue/probe.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds nap_max{100}; // how soon a wish to stop is noticed
constexpr std::chrono::seconds heartbeat_interval{3};
constexpr std::chrono::seconds statement_time{30};
constexpr std::size_t probe_chunk = 100;

// A tenant that rings all the time is looked into this often; the reserver is at it anyway.
constexpr std::chrono::milliseconds probe_interval{2};

// Queues of one tenant that its next ring is taken to mean.
constexpr std::size_t hunches_max = 2;
constexpr std::chrono::seconds hunch_ttl{10};

// Due jobs moved at a time, and how many times for one tenant before the next one's turn.
constexpr std::size_t promote_limit = 1000;
constexpr int promote_rounds = 20;

std::vector<std::string>
without(const std::vector<std::string>& queues, const std::vector<std::string>& unwanted) {
    std::vector<std::string> rest;
    std::copy_if(
        queues.begin(),
        queues.end(),
        std::back_inserter(rest),
        [&](const std::string& queue) {
            return std::find(unwanted.begin(), unwanted.end(), queue) == unwanted.end();
        }
    );
    return rest;
}

} // namespace

Discovery::Discovery(DiscoveryRules rules, const DiscoveryParts& parts)
    : rules_(std::move(rules))
    , parts_(parts) {}

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
        const auto nap = std::chrono::duration_cast<std::chrono::milliseconds>(until);
        rung_.merge(parts_.doorbell.wait(std::min(nap, nap_max)));
        try {
            turn(SteadyClock::now());
            outage.succeeded();
        } catch (const std::exception& error) { // the tick is lost, the loop goes on
            outage.failed(error, stop_);
        }
    }
}

Discovery::Time Discovery::next_turn() const {
    Time next = std::min(next_sweep_, next_heartbeat_);
    for (const std::string& org : rung_) {
        const auto probed = probed_at_.find(org);
        next =
            std::min(next, probed == probed_at_.end() ? Time() : probed->second + probe_interval);
    }
    return next;
}

void Discovery::turn(Time now) {
    if (now >= next_heartbeat_) {
        parts_.registration.renew();
        next_heartbeat_ = now + heartbeat_interval;
    }
    probe_rung(now);
    if (now >= next_sweep_) {
        sweep(now);
        next_sweep_ = now + rules_.sweep;
    }
}

void Discovery::sweep(Time now) {
    for (const auto& tenant : roster_.update(parts_.source.active())) {
        if (roster_.by_org(tenant->org) == nullptr) {
            parts_.inbox.gone(tenant);
        }
    }
    probed_at_.clear();
    review_hunches(now);
    found_ = false;
    for (const auto& [pool, databases] : roster_.databases_by_pool()) {
        parts_.clock.observe(pool->acquire(Deadline::after(statement_time))
                                 ->query_one(
                                     "SELECT UNIX_TIMESTAMP()",
                                     {},
                                     [](const mysql::Row& row) { return row.i64(0); }
                                 )
                                 .value_or(0));
        for (std::size_t from = 0; from < databases.size(); from += probe_chunk) {
            const auto first = databases.begin() + static_cast<std::ptrdiff_t>(from);
            const std::size_t size = std::min(probe_chunk, databases.size() - from);
            sweep_databases(*pool, {first, first + static_cast<std::ptrdiff_t>(size)});
        }
    }
    if (!found_) {
        quiet_since_.store(now);
    }
}

void Discovery::sweep_databases(mysql::Pool& pool, const std::vector<std::string>& databases) {
    const auto found =
        queue::probe_for_work(pool, Deadline::after(statement_time), databases, rules_.lease);
    for (const queue::WorkFound& work : found) {
        const Roster::Member* const member = roster_.by_database(work.database);
        if (member == nullptr) {
            continue;
        }
        try {
            if (work.delayed) {
                promote(*member->tenant);
            }
            look_into(*member);
        } catch (const Failure& error) { // one tenant's trouble is not the others'
            log_warn(
                "a tenant's queues could not be looked into",
                {{"tenant", member->tenant->org}, {"error", error.what()}}
            );
        }
    }
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

void Discovery::look_into(const Roster::Member& member) {
    auto queues = rules_.selection.among(queue::queues_with_work(
        *member.place.sweep_pool,
        Deadline::after(statement_time),
        member.place.database,
        rules_.lease
    ));
    if (queues.empty()) {
        return;
    }
    const auto paused = paused_queues(*member.tenant);
    queues = without(queues, paused);
    found_ = found_ || !queues.empty();
    parts_.inbox.found(member.tenant, queues, paused);
    queues.resize(std::min(queues.size(), hunches_max));
    hunches_[member.tenant->org] = {std::move(queues), SteadyClock::now()};
}

// A tenant that rings mostly means the queue it meant a moment ago: the reserver may try that while
// the queues are still being looked into. Wrong, it costs one empty claim.
void Discovery::follow_hunch(const Roster::Member& member) {
    const auto hunch = hunches_.find(member.tenant->org);
    if (hunch != hunches_.end() && !hunch->second.queues.empty()) {
        parts_.inbox.found(member.tenant, hunch->second.queues, {});
    }
}

// What was paused meanwhile must not be claimed on a hunch for longer than a sweep.
void Discovery::review_hunches(Time now) {
    for (auto hunch = hunches_.begin(); hunch != hunches_.end();) {
        const Roster::Member* const member = roster_.by_org(hunch->first);
        if (member == nullptr || now > hunch->second.at + hunch_ttl) {
            hunch = hunches_.erase(hunch);
            continue;
        }
        hunch->second.queues = without(hunch->second.queues, paused_queues(*member->tenant));
        ++hunch;
    }
}

// A tenant whose tables are older than pausing has nothing paused.
std::vector<std::string> Discovery::paused_queues(const ServedTenant& tenant) {
    try {
        const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
        return queue::paused_queues(*connection, tenant.schema);
    } catch (const mysql::DatabaseError& error) {
        const bool not_there = error.error_class() == mysql::ErrorClass::missing_object ||
                               error.error_class() == mysql::ErrorClass::access_denied;
        if (!not_there) {
            throw;
        }
        return {};
    }
}

// A ring for a tenant that isn't on the roster is dropped: the next sweep looks into the directory.
void Discovery::probe_rung(Time now) {
    for (auto ring = rung_.begin(); ring != rung_.end();) {
        const Roster::Member* const member = roster_.by_org(*ring);
        const auto probed = probed_at_.find(*ring);
        if (member != nullptr && probed != probed_at_.end() &&
            now < probed->second + probe_interval) {
            ++ring;
            continue;
        }
        if (member != nullptr) {
            probed_at_[*ring] = now;
            follow_hunch(*member);
            look_into(*member);
        }
        ring = rung_.erase(ring);
    }
}

} // namespace bgerp::worker
