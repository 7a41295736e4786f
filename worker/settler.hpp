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

namespace bgerp::worker {

using queue::Decision;
using queue::Verdict;

class Settler {
public:
    Settler(Counters& counters, const StopSignal& give_up)
        : counters_(counters)
        , give_up_(give_up) {}

    /// Carries out retry, fail, cancel, release or drop.
    void settle(const HeldJob& held, const queue::Envelope& envelope, const Decision& decision);

    /// To failed_jobs with a payload that couldn't be read.
    void fail_unreadable(const HeldJob& held, const std::string& error);

    /// Into another queue, for those who can run it.
    void hand_over(const HeldJob& held, const queue::Envelope& envelope, const std::string& queue);

    /// Lets a batch end if this was its last member. Never throws: housekeeping does it otherwise.
    void settle_batch(const HeldJob& held, const std::string& batch_id);

private:
    void write(const HeldJob& held, const queue::Envelope& envelope, const Decision& decision);
    [[nodiscard]] std::atomic<std::uint64_t>& counter_of(Verdict verdict);

    /// Runs `write` until it goes through; counts it in `counter` when it returns true, as lost
    /// otherwise.
    void persist(std::atomic<std::uint64_t>& counter, const std::function<bool(Deadline)>& write);

    Counters& counters_;
    const StopSignal& give_up_;
};

} // namespace bgerp::worker
