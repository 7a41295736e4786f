#include "scheduler/housekeeper.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/job_events.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tenant_db/queue/permits.hpp"
#include "tenant_db/queue/workflow.hpp"

#include <array>

namespace bgerp::scheduler {

namespace {

constexpr std::chrono::seconds statement_time{60};
constexpr std::chrono::seconds tenant_time{300};
constexpr std::chrono::milliseconds nap{500};

constexpr std::size_t shunt_rows = 1000;
constexpr int shunt_rounds = 20; // a tenant and round

constexpr std::size_t foreign_rows = 1000;
constexpr int foreign_rounds = 20; // a tenant and round

// Each deletes at most 1,000 rows, repeated while it finds that many. Expired tokens and invites
// are kept a month for whoever asks why something stopped working.
constexpr std::uint64_t delete_rows = 1000;
constexpr std::array core_cleaning{
    "DELETE FROM access_token WHERE expires_at < NOW(6) - INTERVAL 30 DAY LIMIT 1000",
    "DELETE FROM account_invite WHERE expires_at < NOW(6) - INTERVAL 30 DAY LIMIT 1000",
    "DELETE FROM worker_process WHERE heartbeat_at < NOW(6) - INTERVAL 1 DAY LIMIT 1000",
    "DELETE FROM system_logs WHERE created_at < NOW(6) - INTERVAL 90 DAY LIMIT 1000",
};

} // namespace

Housekeeper::Housekeeper(const Config& config, Tenants& tenants, Leadership& lead, Pulse& pulse)
    : interval_(config.scheduler.housekeeping_s)
    , retention_(queue::retention_of(config.queue))
    , stats_keep_h_(config.queue.stats_keep_h)
    , events_keep_h_(config.queue.events_keep_h)
    , tenants_(tenants)
    , lead_(lead)
    , pulse_(pulse) {}

Housekeeper::~Housekeeper() {
    stop();
}

void Housekeeper::start() {
    Pulse::Beat& beat = pulse_.add("housekeeper");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void Housekeeper::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Housekeeper::run(Pulse::Beat& beat) {
    Outage outage("housekeeper");
    auto next = std::chrono::steady_clock::now() + interval_;
    while (!stop_.wait_for(nap)) {
        beat.touch();
        if (!lead_.held() || std::chrono::steady_clock::now() < next) {
            continue;
        }
        try {
            clean();
            outage.succeeded();
            next = std::chrono::steady_clock::now() + interval_;
        } catch (const std::exception& error) { // the round is lost, the next one does it all
            outage.failed(error, stop_);
        }
    }
}

void Housekeeper::clean() {
    clean_core();
    const auto tenants = tenants_.active();
    for (const Tenant& tenant : *tenants) {
        if (!may_go_on()) {
            return;
        }
        try {
            clean_tenant(tenant);
        } catch (const Failure& error) { // one tenant's trouble is not the others'
            log_warn(
                "housekeeping left out a tenant",
                {{"tenant", tenant.code.str()}, {"error", error.what()}}
            );
        }
    }
}

void Housekeeper::clean_core() {
    for (const char* const statement : core_cleaning) {
        std::uint64_t deleted = delete_rows;
        while (deleted == delete_rows && may_go_on()) {
            deleted =
                tenants_.core_pool().acquire(Deadline::after(statement_time))->execute(statement);
        }
    }
}

void Housekeeper::clean_tenant(const Tenant& tenant) {
    mysql::Pool& pool = tenants_.queue_pool();
    const auto schema = queue::QueueSchema::of(tenant.database);
    const Deadline deadline = Deadline::after(tenant_time);
    const std::size_t settled = queue::settle_batches(pool, deadline, schema);
    if (settled > 0) {
        log_info(
            "batches settled by housekeeping",
            {{"tenant", tenant.code.str()}, {"batches", std::to_string(settled)}}
        );
    }
    const std::size_t begun = queue::settle_workflows(pool, deadline, schema);
    if (begun > 0) {
        log_info(
            "workflows' steps begun by housekeeping",
            {{"tenant", tenant.code.str()}, {"steps", std::to_string(begun)}}
        );
    }
    static_cast<void>(queue::prune_finished(pool, deadline, schema, retention_));
    static_cast<void>(queue::prune_stats(pool, deadline, schema, stats_keep_h_));
    static_cast<void>(queue::prune_events(pool, deadline, schema, events_keep_h_));
    clean_foreign(pool, deadline, tenant.database);
    static_cast<void>(queue::prune_limit_keys(*pool.acquire(deadline), schema));
    queue::ShuntCursor& cursor = shunt_cursors_[tenant.database];
    for (int round = 0; round < shunt_rounds && may_go_on(); ++round) {
        if (queue::shunt_delayed(pool, deadline, schema, shunt_rows, cursor) == 0) {
            break;
        }
    }
}

// What was found is counted after it was recorded: a scheduler that dies in between takes the count
// along, as workers do.
void Housekeeper::clean_foreign(mysql::Pool& pool, Deadline deadline, const std::string& database) {
    const auto schema = queue::QueueSchema::of(database);
    queue::ForeignCursor& cursor = foreign_cursors_[database];
    std::size_t looked_at = foreign_rows;
    for (int round = 0; round < foreign_rounds && looked_at > 0 && may_go_on(); ++round) {
        queue::StatCells counted;
        looked_at =
            queue::settle_foreign_ends(pool, deadline, schema, foreign_rows, cursor, counted);
        if (stats_keep_h_ > 0 && !counted.empty()) {
            queue::add_stats(pool, deadline, schema, queue::stat_list(counted));
        }
    }
}

} // namespace bgerp::scheduler
