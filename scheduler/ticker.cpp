#include "scheduler/ticker.hpp"

#include "base/log.hpp"

#include <map>
#include <set>

namespace bgerp::scheduler {

namespace {

constexpr std::chrono::seconds statement_time{30};
constexpr std::chrono::milliseconds patience{500}; // how long to wait for the lease in one go

// Runs of one schedule in a tick: a minute of seconds, the latest that is slow and not missed.
constexpr int rounds_max = 61;

} // namespace

Ticker::Ticker(std::chrono::milliseconds interval, Tenants& tenants, Leadership& lead, Pulse& pulse)
    : interval_(interval)
    , tenants_(tenants)
    , lead_(lead)
    , pulse_(pulse)
    , doorbell_(tenants.core_pool()) {}

Ticker::~Ticker() {
    stop();
}

void Ticker::start() {
    Pulse::Beat& beat = pulse_.add("ticker");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void Ticker::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
        lead_.resign();
    }
}

void Ticker::run(Pulse::Beat& beat) {
    Outage outage("ticker");
    while (!stop_.wait_for(interval_)) {
        beat.touch();
        try {
            if (lead_.seek(patience)) {
                tick();
            }
            outage.succeeded();
        } catch (const std::exception& error) { // the tick is lost, what was due stays due
            outage.failed(error, stop_);
        }
    }
}

void Ticker::tick() {
    std::map<std::string, const Tenant*> by_database;
    std::vector<std::string> databases;
    const auto tenants = tenants_.active();
    for (const Tenant& tenant : *tenants) {
        by_database[tenant.database] = &tenant;
        databases.push_back(tenant.database);
    }
    const auto due =
        schedule::databases_due(tenants_.queue_pool(), Deadline::after(statement_time), databases);
    for (const std::string& database : due) {
        if (stop_.raised() || !lead_.held()) {
            return;
        }
        try {
            serve(*by_database.at(database));
        } catch (const Failure& error) { // one tenant's trouble is not the others'
            log_warn("schedules not fired", {{"database", database}, {"error", error.what()}});
        }
    }
}

// Fires what is due, and again while that leaves something due: a schedule of every second is due
// several times after a slow tick.
void Ticker::serve(const Tenant& tenant) {
    const auto schema = queue::QueueSchema::of(tenant.database);
    mysql::Pool& pool = tenants_.queue_pool();
    std::set<std::uint64_t> done; // for this tick
    bool ring = false;
    bool again = true;
    for (int round = 0; again && round < rounds_max; ++round) {
        again = false;
        const auto schedules =
            schedule::due_schedules(*pool.acquire(Deadline::after(statement_time)), schema);
        for (const schedule::Schedule& schedule : schedules) {
            if (stop_.raised() || !lead_.held()) {
                again = false;
                break;
            }
            if (done.contains(schedule.id)) {
                continue;
            }
            const auto fired = fire(tenant, schema, schedule);
            ring = ring || fired == schedule::Fired::enqueued || fired == schedule::Fired::made_up;
            if (fired == schedule::Fired::waits || fired == schedule::Fired::made_up) {
                done.insert(schedule.id); // what is made up for goes one a tick
            } else {
                again = true;
            }
        }
    }
    if (ring) {
        doorbell_.ring(tenant.code.str());
    }
}

schedule::Fired Ticker::fire(
    const Tenant& tenant, const queue::QueueSchema& schema, const schedule::Schedule& schedule
) {
    const auto fired =
        schedule::fire(tenants_.queue_pool(), Deadline::after(statement_time), schema, schedule);
    if (fired == schedule::Fired::enqueued || fired == schedule::Fired::made_up) {
        enqueued_.fetch_add(1);
        log_info(
            "schedule fired",
            {{"tenant", tenant.code.str()}, {"schedule", schedule.what.name}}
        );
    }
    return fired;
}

} // namespace bgerp::scheduler
