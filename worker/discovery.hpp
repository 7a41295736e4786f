// Finds out which tenants have work and tells the reserver: by a sweep over all tenants every
// sweep_ms (the truth), and at once when a doorbell rings (latency). The sweep also moves delayed
// jobs whose time has come, looks into the directory for tenants that came and went, and reads the
// database's clock. It goes on in parts, and rings are answered meanwhile. One thread, but for the
// statements of the sweep and for ring_listener, which hears the doorbell.
#pragma once

#include "base/background_call.hpp"
#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "tenant_db/queue/probe.hpp"
#include "worker/database_clock.hpp"
#include "worker/lanes.hpp"
#include "worker/limits/limit_book.hpp"
#include "worker/registration.hpp"
#include "worker/ring_listener.hpp"
#include "worker/roster.hpp"
#include "worker/sweep_plan.hpp"
#include "worker/work_inbox.hpp"

#include <set>
#include <thread>

namespace bgerp::worker {

struct DiscoveryRules {
    std::chrono::milliseconds sweep{1000};
    queue::LeaseRules lease;
    QueueSelection selection{{}};
    bool until_empty = false; // the worker ends once there is nothing left for it
};

/// What discovery works with; all of it outlives it.
struct DiscoveryParts {
    TenantSource& source;
    WorkInbox& inbox;
    DatabaseClock& clock;
    Registration& registration;
    RingListener& rings;
    Pulse& pulse;
    LimitBook& limits;
};

class Discovery final : public Service {
public:
    using Time = std::chrono::steady_clock::time_point;

    Discovery(DiscoveryRules rules, const DiscoveryParts& parts);
    ~Discovery() override;

    void start() override;
    void stop() override;

    /// When the last sweep that found nothing for this worker to do anywhere began; the epoch if
    /// none did.
    [[nodiscard]] Time quiet_since() const { return quiet_since_.load(); }

private:
    // What is known of a tenant that rang or had work lately.
    struct Recent {
        Time seen_at;
        Time probed_at;
        std::vector<std::string> hunch; // queues in which there was work
        std::vector<std::string> paused;
        bool paused_all = false;
        Time paused_at; // when the paused ones were asked for
    };

    using Members = std::vector<const Roster::Member*>;

    // A tenant that rings all the time without naming a queue is looked into this often; the
    // reserver is at it anyway.
    static constexpr std::chrono::milliseconds probe_interval{2};

    [[nodiscard]] static std::vector<std::string>
    without(const std::vector<std::string>& queues, const std::vector<std::string>& unwanted);

    void run(Pulse::Beat& beat);
    void answer(const std::map<Ring, bool>& rings);
    void turn(Time now);
    void begin_round(Time now);
    void refresh_roster();
    void ask_part();
    void take_in(const std::vector<queue::WorkFound>& answer);
    static void promote(const ServedTenant& tenant);
    bool look_into(const Members& members);
    void look_up_rules(const Members& members);
    void tell_outdated(const std::string& org, bool outdated);
    void suspect_parked(Time now);
    void review_recent(Time now);
    void probe_rung(Time now);
    [[nodiscard]] Time next_turn() const;
    [[nodiscard]] std::vector<std::string>
    reservable(const ServedTenant& tenant, const std::vector<std::string>& queues) const;
    [[nodiscard]] bool awaits_parked() const;

    const DiscoveryRules rules_;
    DiscoveryParts parts_;
    Roster roster_;
    SweepPlan plan_;
    std::shared_ptr<const std::vector<TenantPlace>> places_; // what the roster was made of
    std::set<std::string> rung_;                             // waiting for their probe
    std::map<std::string, Recent> recent_;                   // by org
    std::map<std::string, bool> rules_known_;                // by org: does it have any
    std::set<std::string> outdated_;                         // orgs whose tables are
    Time next_heartbeat_{};
    Time next_parked_{};
    bool found_ = false; // anything, in the sweep under way; true while a part of it isn't known
    bool found_before_part_ = false;
    Time judged_{}; // the round that was last asked whether it found nothing
    std::atomic<Time> quiet_since_{Time()};
    StopSignal stop_;
    BackgroundCall<std::vector<queue::WorkFound>> probe_; // of the part that was taken last
    std::thread thread_;
};

} // namespace bgerp::worker
