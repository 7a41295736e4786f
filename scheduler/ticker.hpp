// Fires what is due: every tick one sweep over all tenants' schedules, then one transaction a
// firing, then the doorbell. Works only while it leads, stops within a firing of losing the lease.
// Outlives outages. One thread.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "scheduler/leadership.hpp"
#include "scheduler/tenants.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/schedule/firing.hpp"

#include <atomic>
#include <thread>

namespace bgerp::scheduler {

class Ticker final : public Service {
public:
    Ticker(std::chrono::milliseconds interval, Tenants& tenants, Leadership& lead, Pulse& pulse);
    ~Ticker() override;

    void start() override;
    void stop() override;

    /// One tick; start() runs it again and again. Throws Failure while the database is away.
    void tick();

    /// Jobs enqueued so far.
    [[nodiscard]] std::uint64_t enqueued() const { return enqueued_.load(); }

private:
    void run(Pulse::Beat& beat);
    void serve(const Tenant& tenant);
    schedule::Fired fire(
        const Tenant& tenant, const queue::QueueSchema& schema, const schedule::Schedule& schedule
    );

    const std::chrono::milliseconds interval_;
    Tenants& tenants_;
    Leadership& lead_;
    Pulse& pulse_;
    Doorbell doorbell_;
    std::atomic<std::uint64_t> enqueued_{0};
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::scheduler
