// Keeps the leases of all jobs in hand alive, begun or not: twice as often as a third of the lease,
// those that are older than a sixth. Tells jobs whose lease is lost, or whose cancelling was asked
// for. When the database can't be reached for a whole lease, everybody else may have the jobs by
// now, so they are told that they are lost. A job that overran its time-out by far is no longer
// renewed. One thread.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/jobs_in_hand.hpp"

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace bgerp::worker {

class LeaseRenewer final : public Service {
public:
    LeaseRenewer(std::chrono::milliseconds lease, JobsInHand& in_hand, Pulse& pulse);
    ~LeaseRenewer() override;

    void start() override;
    void stop() override;

    /// One round over all jobs; start() runs it again and again. Throws Failure when the database
    /// can't be reached, and the jobs not reached keep what they have; or at the end of the round,
    /// when it refused those of some tenant.
    void renew_due();

    /// Tells all jobs whose lease must have run out by now.
    void give_up_expired();

    /// True once a handler has ignored its time-out for longer than allowed: its slot is lost to
    /// this process.
    [[nodiscard]] bool overrun() const { return overrun_.load(); }

private:
    void run(Pulse::Beat& beat);
    void renew_group(const std::vector<HeldJobPtr>& group);
    void renew_or_note(const std::vector<HeldJobPtr>& group, std::exception_ptr& refused);

    const std::chrono::milliseconds lease_;
    JobsInHand& in_hand_;
    Pulse& pulse_;
    StopSignal stop_;
    std::atomic<bool> overrun_{false};
    std::thread thread_;
};

} // namespace bgerp::worker
