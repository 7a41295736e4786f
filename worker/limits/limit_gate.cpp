#include "worker/limits/limit_gate.hpp"

#include "base/log.hpp"

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds statement_time{30};

} // namespace

std::vector<LimitGate::Admitted> LimitGate::admit(
    const Tenant& tenant, std::vector<queue::ReservedJob>& jobs, std::optional<double> job_ms
) {
    if (job_ms) {
        book_.suppose(*tenant, *job_ms);
    }
    return let_through(tenant, jobs, false);
}

std::vector<LimitGate::Admitted> LimitGate::let_through(
    const Tenant& tenant, std::vector<queue::ReservedJob>& jobs, bool from_parked
) {
    const auto candidates = book_.candidates(*tenant, jobs);
    const auto now = SteadyClock::now();
    std::unique_lock lock(permits_mutex_); // until they are in use: the keeper gives idle ones back
    acquire(*tenant, book_.wishes(tenant, candidates, from_parked, now));
    auto admissions = book_.admit(tenant, candidates, from_parked, now);
    lock.unlock();
    std::vector<queue::ParkedJob> refused;
    for (auto& admission : admissions) {
        if (admission.refused) {
            refused.push_back(std::move(*admission.refused));
        }
    }
    queue::park_if_mine(
        *tenant->queue_pool,
        Deadline::after(statement_time),
        tenant->schema,
        refused
    );
    std::vector<Admitted> admitted;
    admitted.reserve(jobs.size() - refused.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!admissions[i].refused) {
            admitted.push_back({std::move(jobs[i]), std::move(admissions[i].pass)});
        }
    }
    jobs.clear();
    return admitted;
}

// With permits_mutex_ held.
void LimitGate::acquire(const ServedTenant& tenant, const std::vector<queue::PermitWish>& wishes) {
    if (wishes.empty()) {
        return;
    }
    const auto asked_at = SteadyClock::now();
    const auto grants = queue::acquire_permits(
        *tenant.queue_pool,
        Deadline::after(statement_time),
        tenant.schema,
        worker_,
        lease_s_,
        wishes
    );
    book_.granted(tenant, wishes, grants, asked_at);
}

std::vector<LimitGate::Admitted>
LimitGate::take_parked(const Tenant& tenant, std::size_t room, std::size_t at_most) {
    {
        const std::lock_guard lock(permits_mutex_);
        acquire(*tenant, book_.wishes_for_parked(*tenant, room, SteadyClock::now()));
    }
    const auto wishes = book_.parked_to_take(*tenant, room, at_most, SteadyClock::now());
    queue::QueueFilter filter = selection_.filter();
    filter.but = book_.filter(*tenant).but;
    filter.but_remote = true;
    auto taken = queue::take_parked(
        *tenant->queue_pool,
        Deadline::after(statement_time),
        tenant->schema,
        worker_,
        wishes,
        filter
    );
    book_.taken(*tenant, wishes, taken, SteadyClock::now());
    std::vector<queue::ReservedJob> jobs;
    for (queue::TakenJobs& of_key : taken) {
        std::move(of_key.jobs.begin(), of_key.jobs.end(), std::back_inserter(jobs));
    }
    return jobs.empty() ? std::vector<Admitted>() : let_through(tenant, jobs, true);
}

std::vector<HeldJobPtr> LimitGate::park_stale(LimitBook::Time now, std::chrono::milliseconds age) {
    std::map<const ServedTenant*, std::vector<queue::ParkedJob>> by_tenant;
    std::vector<HeldJobPtr> parked;
    for (auto& [held, job] : book_.take_stale(now, age)) {
        by_tenant[held->tenant.get()].push_back(std::move(job));
        parked.push_back(std::move(held));
    }
    for (const auto& [tenant, jobs] : by_tenant) {
        try {
            queue::park_if_mine(
                *tenant->queue_pool,
                Deadline::after(statement_time),
                tenant->schema,
                jobs
            );
        } catch (const Failure& error) { // nobody renews them from here on: rescued
            log_warn("waiting jobs could not be parked", {{"error", error.what()}});
        }
    }
    return parked;
}

// The database going away is no reason to try again here: what was missed is one failure of many.
void LimitGate::attempt_ended(const HeldJob& held, bool succeeded) {
    for (const LimitBook::BreakerKey& key : book_.breakers_of(held)) {
        const bool tells = !succeeded || key.phase == queue::BreakerPhase::half_open;
        if (!tells) {
            continue;
        }
        try {
            const ServedTenant& tenant = *held.tenant;
            const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
            auto phase = queue::BreakerPhase::closed;
            if (succeeded) {
                queue::note_success(*connection, tenant.schema, key.hash);
            } else {
                phase =
                    queue::note_failure(*connection, tenant.schema, key.hash, *key.limit, key.text);
            }
            if (phase != key.phase) {
                log_info(
                    "breaker",
                    {{"limit", key.limit->name},
                     {"key", key.text},
                     {"state", phase == queue::BreakerPhase::closed ? "closed" : "open"}}
                );
            }
            book_.set_breaker(held, key.hash, phase, SteadyClock::now());
        } catch (const Failure& error) {
            log_warn("a breaker was not told of an attempt", {{"error", error.what()}});
        }
    }
}

std::vector<LimitGate::Returned> LimitGate::keep_up() {
    std::vector<Returned> returned;
    std::unique_lock lock(permits_mutex_);
    const auto all = book_.upkeep(SteadyClock::now());
    for (const LimitBook::Upkeep& upkeep : all) {
        try {
            const ServedTenant& tenant = *upkeep.tenant;
            const Deadline deadline = Deadline::after(statement_time);
            if (!upkeep.give_back.empty()) {
                queue::return_permits(
                    *tenant.queue_pool,
                    deadline,
                    tenant.schema,
                    worker_,
                    upkeep.give_back
                );
            }
            if (!upkeep.renew.empty()) {
                const auto asked_at = SteadyClock::now();
                const auto lost = queue::renew_permits(
                    *tenant.queue_pool,
                    deadline,
                    tenant.schema,
                    worker_,
                    lease_s_,
                    upkeep.renew
                );
                book_.renewed(tenant, upkeep.renew, asked_at);
                book_.lost(tenant, lost);
            }
        } catch (const Failure& error) {
            log_warn(
                "a tenant's permits could not be kept",
                {{"tenant", upkeep.tenant->org}, {"error", error.what()}}
            );
        }
    }
    lock.unlock();
    for (const LimitBook::Upkeep& upkeep : all) {
        keep_up_one(upkeep, returned);
    }
    return returned;
}

void LimitGate::keep_up_one(const LimitBook::Upkeep& upkeep, std::vector<Returned>& returned) {
    const ServedTenant& tenant = *upkeep.tenant;
    try {
        if (upkeep.read_rules) {
            const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
            book_.configure(upkeep.tenant, queue::read_rules(*connection, tenant.schema));
        }
        if (!upkeep.look) {
            return;
        }
        std::vector<queue::WatchedKey> watched;
        const auto read_at = SteadyClock::now();
        {
            const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
            watched = queue::watched_keys(*connection, tenant.schema);
        }
        for (const std::uint64_t key : book_.observe(upkeep.tenant, watched, read_at)) {
            Returned of_key{upkeep.tenant, {}};
            of_key.queues = queue::unpark_key(
                *tenant.queue_pool,
                Deadline::after(statement_time),
                tenant.schema,
                key
            );
            returned.push_back(std::move(of_key));
        }
    } catch (const mysql::DatabaseError& error) {
        const bool gone = error.error_class() == mysql::ErrorClass::missing_object ||
                          error.error_class() == mysql::ErrorClass::access_denied;
        if (gone) {
            book_.forget(tenant);
            return;
        }
        log_warn(
            "a tenant's limits could not be looked at",
            {{"tenant", tenant.org}, {"error", error.what()}}
        );
    }
}

void LimitGate::give_up() noexcept {
    const std::lock_guard lock(permits_mutex_);
    for (const LimitBook::Upkeep& upkeep : book_.give_up_all()) {
        try {
            queue::return_permits(
                *upkeep.tenant->queue_pool,
                Deadline::after(std::chrono::seconds(5)),
                upkeep.tenant->schema,
                worker_,
                upkeep.give_back
            );
        } catch (const std::exception&) { // the leases end
            continue;
        }
    }
}

} // namespace bgerp::worker
