// What this worker knows of all tenants' limits: who holds how many permits and tokens, which jobs
// count for what, which wait. Decides, and touches no database: the gate and the keeper carry out
// what it says. Reserver, slots, discovery and keeper meet here. Thread-safe; never blocks on more
// than its own lock.
#pragma once

#include "base/kind_limits.hpp"
#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/parking.hpp"
#include "tenant_db/queue/rules.hpp"
#include "worker/limits/key_state.hpp"
#include "worker/limits/limit_pass.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>

namespace bgerp::worker {

class LimitBook {
public:
    using Time = KeyState::Time;
    using Tenant = std::shared_ptr<ServedTenant>;

    /// `on_room` is called when jobs that were parked may run here, by whoever made the room.
    LimitBook(LimitRules rules, const KindLimits& kinds, std::function<void()> on_room);
    ~LimitBook();
    LimitBook(const LimitBook&) = delete;
    LimitBook& operator=(const LimitBook&) = delete;

    /// The tenant's rules as last read. Jobs in hand stay counted as they were.
    void configure(const Tenant& tenant, queue::QueueRules rules);

    /// Whether jobs of the tenant need admit().
    [[nodiscard]] bool applies_to(const ServedTenant& tenant) const;

    /// A job to be admitted, and its keys.
    struct Candidate {
        const queue::ReservedJob* job = nullptr;
        std::vector<queue::LimitKey> keys;
    };

    /// Keys of `job` by the tenant's rules.
    [[nodiscard]] std::vector<Candidate>
    candidates(const ServedTenant& tenant, const std::vector<queue::ReservedJob>& jobs) const;

    /// What the worker takes a job of the tenant to cost; stands for limits of which none was run.
    void suppose(const ServedTenant& tenant, double job_ms);

    /// What to ask of the database before admit(), which goes by the same `now`: tokens that ran
    /// out in between would send their jobs away. `from_parked`: jobs that waited already, which
    /// others of their key needn't be let by.
    [[nodiscard]] std::vector<queue::PermitWish>
    wishes(const Tenant& tenant, const std::vector<Candidate>& jobs, bool from_parked, Time now);

    void granted(
        const ServedTenant& tenant,
        const std::vector<queue::PermitWish>& wishes,
        const std::vector<queue::PermitGrant>& grants,
        Time asked_at
    );

    /// A pass, or what refused it; neither for a job under no limit.
    struct Admission {
        std::unique_ptr<LimitPass> pass;
        std::optional<queue::ParkedJob> refused;
    };

    [[nodiscard]] std::vector<Admission>
    admit(const Tenant& tenant, const std::vector<Candidate>& jobs, bool from_parked, Time now);

    enum class Turn {
        now,   // it runs
        later, // it waits here until end() or take_stale() gives it back
        never, // the book is closed: give it back to the queue
    };

    /// A slot has the job.
    [[nodiscard]] Turn begin(const HeldJobPtr& held, Time now);

    /// The handler returned. The job to run in its place, if one waited for it.
    [[nodiscard]] HeldJobPtr end(const HeldJob& held, Time now);

    /// Jobs that have waited for their turn for longer than `age`, with the key they wait for.
    [[nodiscard]] std::vector<std::pair<HeldJobPtr, queue::ParkedJob>>
    take_stale(Time now, std::chrono::milliseconds age);

    /// No job waits from now on; those that did.
    [[nodiscard]] std::vector<HeldJobPtr> close();

    // Jobs that are parked in the database.

    /// What to ask for, so that up to `room` parked jobs of the tenant can be taken.
    [[nodiscard]] std::vector<queue::PermitWish>
    wishes_for_parked(const ServedTenant& tenant, std::size_t room, Time now);

    /// What of them to take now: about `room`, never more than `at_most`. The keys take turns.
    [[nodiscard]] std::vector<queue::TakeWish>
    parked_to_take(const ServedTenant& tenant, std::size_t room, std::size_t at_most, Time now);

    void taken(
        const ServedTenant& tenant,
        const std::vector<queue::TakeWish>& wishes,
        const std::vector<queue::TakenJobs>& jobs,
        Time now
    );

    [[nodiscard]] queue::QueueFilter filter(const ServedTenant& tenant) const;

    /// Milliseconds of a parked job that may be taken next.
    [[nodiscard]] std::optional<double> parked_job_ms(const ServedTenant& tenant, Time now) const;

    [[nodiscard]] bool has_ready(const ServedTenant& tenant, Time now) const;

    /// Tenants with parked jobs that may be taken now, or worth asking for.
    [[nodiscard]] std::vector<Tenant> ready(Time now) const;

    /// Until a tenant becomes ready by itself; at most `at_most`.
    [[nodiscard]] std::chrono::milliseconds
    next_ready_in(Time now, std::chrono::milliseconds at_most) const;

    /// Whether parked jobs are known that some worker may run.
    [[nodiscard]] bool has_live_parked() const;

    /// Keys of one tenant whose parked jobs some worker may run.
    struct LiveParked {
        Tenant tenant;
        std::vector<std::uint64_t> keys;
        std::vector<std::string> paused_queues;
    };

    /// Of all tenants; nothing while it isn't known of one of them.
    [[nodiscard]] std::optional<std::vector<LiveParked>> live_parked() const;

    // For the keeper.

    /// The tenant may have parked jobs that nobody here knows of.
    void suspect(const Tenant& tenant);

    struct Upkeep {
        Tenant tenant;
        std::vector<queue::PermitHolding> give_back;
        std::vector<std::uint64_t> renew;
        bool look = false;       // at the watched keys
        bool read_rules = false; // too
    };

    /// What is to be done at `now`. Permits given back are the worker's no more on return.
    [[nodiscard]] std::vector<Upkeep> upkeep(Time now);

    void renewed(const ServedTenant& tenant, const std::vector<std::uint64_t>& keys, Time asked_at);
    void lost(const ServedTenant& tenant, const std::vector<std::uint64_t>& keys);

    /// The tenant's watched keys as read after `read_at`. Returns those whose limit is gone.
    [[nodiscard]] std::vector<std::uint64_t>
    observe(const Tenant& tenant, const std::vector<queue::WatchedKey>& watched, Time read_at);

    /// Everything about a tenant that is served no more, once none of its jobs is in hand.
    void forget(const ServedTenant& tenant);

    /// All permits held, by tenant; none afterwards.
    [[nodiscard]] std::vector<Upkeep> give_up_all();

    /// Keys of `held` with a breaker, and the phases they are in.
    struct BreakerKey {
        std::uint64_t hash = 0;
        std::shared_ptr<const queue::Limit> limit;
        std::string text;
        queue::BreakerPhase phase = queue::BreakerPhase::closed;
    };

    [[nodiscard]] std::vector<BreakerKey> breakers_of(const HeldJob& held) const;

    /// What an attempt's end made of the breaker, known at `now`: what was read before says
    /// nothing.
    void set_breaker(const HeldJob& held, std::uint64_t hash, queue::BreakerPhase phase, Time now);

private:
    friend class LimitPass;
    struct TenantBook;

    void drop(LimitPass& pass);
    [[nodiscard]] bool may_begin(const LimitPass& pass, Time now, KeyState*& full) const;
    void start(LimitPass& pass, Time now);
    [[nodiscard]] HeldJobPtr next_waiting(const std::vector<KeyState*>& keys, Time now);
    [[nodiscard]] bool is_ready(const TenantBook& book, const KeyState& key, Time now) const;
    [[nodiscard]] std::vector<KeyState*> ready_keys(const TenantBook& book, Time now) const;
    [[nodiscard]] TenantBook* find(const ServedTenant& tenant) const;
    [[nodiscard]] KeyState* find_key(const ServedTenant& tenant, std::uint64_t hash) const;
    KeyState& state(TenantBook& book, const queue::LimitKey& key);
    static void add_low_keys(
        TenantBook& book,
        const std::unordered_map<KeyState*, std::int64_t>& demand,
        Time now,
        std::vector<queue::PermitWish>& wishes
    );

    const LimitRules rules_;
    const std::function<void()> on_room_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const queue::Limit>> kind_limits_;
    std::map<std::string, std::unique_ptr<KeyState>> local_; // by the name of the limit
    std::unordered_map<Fairness::Key, std::unique_ptr<TenantBook>> tenants_;
    std::atomic<bool> any_{false}; // tenants_ holds one with limits or parked jobs
    bool closed_ = false;
};

} // namespace bgerp::worker
