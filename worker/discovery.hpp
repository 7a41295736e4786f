// Finds out which tenants have work and tells the reserver: by a sweep over all tenants every
// sweep_ms (the truth), and at once when a doorbell rings (latency). The sweep also moves delayed
// jobs whose time has come, looks into the directory for tenants that came and went, and reads the
// database's clock. One thread.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/database_clock.hpp"
#include "worker/doorbell_socket.hpp"
#include "worker/lanes.hpp"
#include "worker/registration.hpp"
#include "worker/roster.hpp"
#include "worker/work_inbox.hpp"

#include <set>
#include <thread>

namespace bgerp::worker {

struct DiscoveryRules {
    std::chrono::milliseconds sweep{1000};
    queue::LeaseRules lease;
    QueueSelection selection{{}};
};

/// What discovery works with; all of it outlives it.
struct DiscoveryParts {
    TenantSource& source;
    WorkInbox& inbox;
    DatabaseClock& clock;
    Registration& registration;
    DoorbellSocket& doorbell;
    Pulse& pulse;
};

class Discovery final : public Service {
public:
    using Time = std::chrono::steady_clock::time_point;

    Discovery(DiscoveryRules rules, const DiscoveryParts& parts);
    ~Discovery() override;

    void start() override;
    void stop() override;

    /// When the last sweep that found nothing to do anywhere began; the epoch if none did.
    [[nodiscard]] Time quiet_since() const { return quiet_since_.load(); }

private:
    struct Hunch {
        std::vector<std::string> queues;
        Time at;
    };

    void run(Pulse::Beat& beat);
    void turn(Time now);
    void sweep(Time now);
    void sweep_databases(mysql::Pool& pool, const std::vector<std::string>& databases);
    static void promote(const ServedTenant& tenant);
    [[nodiscard]] static std::vector<std::string> paused_queues(const ServedTenant& tenant);
    void look_into(const Roster::Member& member);
    void follow_hunch(const Roster::Member& member);
    void review_hunches(Time now);
    void probe_rung(Time now);
    [[nodiscard]] Time next_turn() const;

    const DiscoveryRules rules_;
    DiscoveryParts parts_;
    Roster roster_;
    std::set<std::string> rung_; // waiting for their probe
    std::map<std::string, Time> probed_at_;
    std::map<std::string, Hunch> hunches_; // by org: where work was found last
    Time next_sweep_{};
    Time next_heartbeat_{};
    bool found_ = false; // anything, in the sweep under way
    std::atomic<Time> quiet_since_{Time()};
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::worker
