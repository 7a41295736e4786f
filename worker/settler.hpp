// Writes the ends of attempts that aren't plain successes: retry, failure, cancelling, release.
// Each is one fenced transaction in the slot's own thread. Outlives outages: it tries until it is
// written, even past the lease (the fence refuses what has become somebody else's), or the worker
// gives up at the end of its shutdown; then the lease runs out and another worker takes the job.
// Thread-safe; blocks.
#pragma once

#include "base/stop_signal.hpp"
#include "tenant_db/queue/decide.hpp"
#include "worker/counters.hpp"
#include "worker/held_job.hpp"

#include <functional>
#include <optional>
#include <string>

namespace bgerp::worker {

using queue::Decision;
using queue::Verdict;

class Settler {
public:
    using Ring = std::function<void(const std::string& org)>;

    /// `ring` tells the workers that a tenant has new jobs; empty: they are found by a sweep.
    Settler(Counters& counters, const StopSignal& give_up, Ring ring = {})
        : counters_(counters)
        , give_up_(give_up)
        , ring_(std::move(ring)) {}

    /// Carries out retry, fail, cancel, release or drop. True when the job was this worker's to the
    /// end and that end is written.
    bool settle(const HeldJob& held, const queue::Envelope& envelope, const Decision& decision);

    /// To failed_jobs with a payload that couldn't be read. True as above.
    bool fail_unreadable(const HeldJob& held, const std::string& error);

    /// Into another queue, for those who can run it.
    void hand_over(const HeldJob& held, const queue::Envelope& envelope, const std::string& queue);

    /// Lets a batch end if this was its last member. Never throws: housekeeping does it otherwise.
    void settle_batch(const HeldJob& held, const std::string& batch_id);

    /// Begins the steps that waited for this one, if it was one. Never throws, likewise.
    void settle_step(const HeldJob& held, const std::optional<queue::StepRef>& step);
    void settle_workflow(const HeldJob& held, const std::string& workflow_id);

private:
    bool write(const HeldJob& held, const queue::Envelope& envelope, const Decision& decision);
    [[nodiscard]] std::atomic<std::uint64_t>& counter_of(Verdict verdict);

    /// Runs `write` until it goes through; counts it in `counter` when it returns true, as lost
    /// otherwise. True when it went through and returned true.
    bool persist(std::atomic<std::uint64_t>& counter, const std::function<bool(Deadline)>& write);

    Counters& counters_;
    const StopSignal& give_up_;
    const Ring ring_;
};

} // namespace bgerp::worker
