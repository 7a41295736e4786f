// Decides which tenant's jobs this worker takes next and reserves them: asks fairness whose turn it
// is, claims from that tenant's lane no more than the free slots plus the stock that its short jobs
// are worth, and hands the jobs to the slots. Jobs in stock that nobody began within a second go
// back. A tenant whose claim fails is left to the next sweep, so that one broken database or server
// keeps nobody else waiting. One thread decides; a claim of a whole stock runs on a second one, and
// other tenants are served meanwhile.
#pragma once

#include "base/background_call.hpp"
#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/completer.hpp"
#include "worker/lanes.hpp"
#include "worker/limits/limit_gate.hpp"
#include "worker/ready_queue.hpp"
#include "worker/work_inbox.hpp"

#include <thread>
#include <unordered_map>

namespace bgerp::worker {

struct ReserverRules {
    queue::LeaseRules lease;
    PrefetchRules prefetch;
    QueueSelection selection{{}};
    std::uint64_t owner = 0;    // this worker, in every row it reserves
    std::uint64_t jobs_max = 0; // stop reserving after so many; 0: no limit
};

/// What the reserver works with; all of it outlives the reserver.
struct ReserverParts {
    WorkInbox& inbox;
    ReadyQueue& ready;
    JobsInHand& in_hand;
    const Completer& completer;
    Counters& counters;
    Pulse& pulse;
    LimitGate& limits;
};

class Reserver final : public Service {
public:
    Reserver(ReserverRules rules, const ReserverParts& parts);
    ~Reserver() override;

    void start() override;

    /// Ends the thread; then closes the ready queue and gives back what nobody began.
    void stop() override;

    /// True while no tenant is known to have work and no news waits.
    [[nodiscard]] bool quiet() const { return quiet_.load() && parts_.inbox.empty(); }

private:
    struct Work {
        std::shared_ptr<ServedTenant> tenant;
        Lanes lanes;
        bool parked_turn = false; // jobs that limits held back and queues take turns
    };

    // One claim: all that it needs, wherever it runs.
    struct Claim {
        std::shared_ptr<ServedTenant> tenant;
        std::string queue;
        queue::ClaimCursor cursor;
        std::size_t limit = 0;
        double job_ms = 0;
        bool first = false;   // its jobs go before the others' stock
        bool limited = false; // its jobs need permits
        std::shared_ptr<LaneMeter> meter;
        HeldJob::Time asked_at;
    };

    struct Claimed {
        queue::ClaimCursor cursor;
        std::size_t count = 0;
        std::vector<queue::ReservedJob> jobs; // of a limited claim: not handed over yet
    };

    void run(Pulse::Beat& beat);
    void take_news();
    void collect_costs();
    void release_stale();
    void release(std::vector<HeldJobPtr> jobs);
    void serve_next();
    [[nodiscard]] bool serve(Work& work, Lane& lane);
    [[nodiscard]] Claim claim_for(const Work& work, const Lane& lane) const;
    void fly(Claim claim);
    void fly_behind(const Claim& claim);
    void put_off(Fairness::Key tenant, const Failure& error);
    [[nodiscard]] bool flies(const Claim& claim, const Lane& lane) const;
    [[nodiscard]] Claimed run_claim(const Claim& claim) const;
    void land_flight();
    void land(const Claim& claim, Claimed claimed);
    void wake_parked();
    [[nodiscard]] bool serve_parked(Work& work);
    [[nodiscard]] std::vector<LimitGate::Admitted>
    admit(Work& work, std::vector<queue::ReservedJob> jobs, const Lane& lane);
    [[nodiscard]] std::size_t room_in_hand(bool fresh = false) const;
    [[nodiscard]] std::size_t coming() const; // jobs that the claim under way may bring
    void wait_for_room(std::size_t stock, std::chrono::milliseconds at_most);
    [[nodiscard]] std::optional<double> expected_job_ms(const Lane& lane) const;
    [[nodiscard]] std::size_t stock_for(const Lane& lane) const;
    [[nodiscard]] std::size_t claim_limit(const Work& work, const Lane& lane, double job_ms) const;
    [[nodiscard]] static std::vector<HeldJobPtr>
    hold(const Claim& claim, std::vector<queue::ReservedJob> jobs);
    void hand_over_admitted(
        Work& work, std::vector<LimitGate::Admitted> jobs, double job_ms, HeldJob::Time asked_at
    );
    void push(const std::vector<HeldJobPtr>& held, bool first) const;

    const ReserverRules rules_;
    ReserverParts parts_;
    Fairness fairness_;
    std::unordered_map<Fairness::Key, Work> works_;
    JobCost any_cost_;                   // of all lanes, for those without a history
    std::vector<HeldJobPtr> unreleased_; // to give back as soon as the database allows
    HeldJob::Time collected_at_{};
    HeldJob::Time looked_for_stale_at_{};
    Outage outage_{"reserver"};
    std::atomic<bool> quiet_{true};
    StopSignal stop_;
    Claim flight_; // the claim that claiming_ runs
    BackgroundCall<Claimed> claiming_;
    std::thread thread_;
};

} // namespace bgerp::worker
