// A job in this worker's hands, from its reservation until its end is written: shared by the
// reserver, the slot that runs it, the completer and the lease renewer. The row itself is
// immutable; what changes is atomic.
#pragma once

#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/stop_reason.hpp"
#include "worker/limits/limit_pass.hpp"
#include "worker/served_tenant.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>

namespace bgerp::worker {

using queue::StopReason;

/// Costs of one tenant's one queue, as the slots report them and the reserver learns from them.
struct LaneMeter {
    std::atomic<std::int64_t> us{0};
    std::atomic<std::int64_t> jobs{0};
};

struct HeldJob {
    using Time = std::chrono::steady_clock::time_point;

    HeldJob(
        std::shared_ptr<ServedTenant> owner_tenant,
        std::shared_ptr<LaneMeter> lane_meter,
        queue::ReservedJob reserved,
        Time reserved_at
    )
        : tenant(std::move(owner_tenant))
        , meter(std::move(lane_meter))
        , job(std::move(reserved))
        , ready_since(reserved_at)
        , leased_at(reserved_at) {}

    const std::shared_ptr<ServedTenant> tenant;
    const std::shared_ptr<LaneMeter> meter;
    const queue::ReservedJob job;
    const Time ready_since;
    std::int64_t charged_us = 0;     // the estimate, before the job is shared
    std::unique_ptr<LimitPass> pass; // likewise; null: no limit counts it

    /// Not later than the moment at which the database last set the lease.
    std::atomic<Time> leased_at;
    /// After which the lease is no longer renewed: a handler that ignores its time-out must not
    /// keep its job for ever. Set when the handler begins.
    std::atomic<Time> renew_until{Time::max()};
    std::atomic<StopReason> stop{StopReason::none};
    std::atomic<bool> running{false};
    std::atomic<bool> overran{false}; // its handler ignored its time-out until renew_until

    /// The job is handed to a slot before its reservation is durable (docs/adr/0003). Before it is
    /// shared.
    void begin_early() { claimed_.store(false); }

    /// The claim's end, whichever it was: a lost one has requested a stop before.
    void claim_ended() {
        claimed_.store(true);
        claimed_.notify_all();
    }

    /// False while the reservation is neither durable nor lost.
    [[nodiscard]] bool claim_has_ended() const { return claimed_.load(); }

    /// Blocks until the reservation is durable or lost: as long as a COMMIT takes.
    void wait_for_claim() const { claimed_.wait(false); }

    /// The first reason stands, except that a lost lease overrides all others.
    void request_stop(StopReason reason) {
        StopReason expected = StopReason::none;
        if (!stop.compare_exchange_strong(expected, reason) && reason == StopReason::lease_lost) {
            stop.store(reason);
        }
    }

    /// `job`, with flag_steps once it was gained: what its end is written with. Any thread.
    [[nodiscard]] const queue::ReservedJob& row() const {
        const queue::ReservedJob* const gained = gained_.load(std::memory_order_acquire);
        return gained == nullptr ? job : *gained;
    }

    /// The job's row has flag_steps from now on. By the slot's thread.
    void gain_steps() {
        if ((row().flags & queue::flag_steps) == 0) {
            auto gained = std::make_unique<queue::ReservedJob>(job);
            gained->flags |= queue::flag_steps;
            with_steps_ = std::move(gained);
            gained_.store(with_steps_.get(), std::memory_order_release);
        }
    }

private:
    std::atomic<bool> claimed_{true};
    std::unique_ptr<const queue::ReservedJob> with_steps_; // set once
    std::atomic<const queue::ReservedJob*> gained_{nullptr};
};

using HeldJobPtr = std::shared_ptr<HeldJob>;

} // namespace bgerp::worker
