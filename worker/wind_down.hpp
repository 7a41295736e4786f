// How a worker that stops brings the jobs it has in hand to an end: lets them finish, asks them to
// stop, gives back what doesn't. Worker::stop() says what comes when. hurry() from any thread and
// at any time, the rest from the one that stops the worker and one that ends overrun jobs.
#pragma once

#include "base/stop_signal.hpp"
#include "worker/executor.hpp"

#include <chrono>

namespace bgerp::worker {

class WindDown {
public:
    /// `grace`: how long running jobs may go on. The others outlive it.
    WindDown(std::chrono::seconds grace, JobsInHand& in_hand, Settler& settler, Executor& executor);

    /// Waits until no job in hand is still this worker's, or for the grace time, or until somebody
    /// is in a hurry. A job whose lease is lost is nothing to wait for.
    void let_finish();

    /// Asks all jobs in hand to stop; false when some don't within a few seconds.
    [[nodiscard]] bool make_stop();

    /// The last resort before the process ends: other workers needn't wait for the leases to run
    /// out. Whatever the handlers do from here on is fenced.
    void release_rest();

    /// Writes the ends of jobs whose handlers ignore their time-out.
    void end_overrun();

    /// Shortens what is waited for.
    void hurry() { hurry_.raise(); }

private:
    void ask_to_stop();

    const std::chrono::seconds grace_;
    JobsInHand& in_hand_;
    Settler& settler_;
    Executor& executor_;
    StopSignal hurry_;
    StopSignal never_;
};

} // namespace bgerp::worker
