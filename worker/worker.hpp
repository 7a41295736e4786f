// The worker as a whole: wires discovery, reserver, slots, completer and lease renewer, and takes
// them down in the order that loses nothing. The program (main.cpp) and the tests run it; the job's
// way through it is in docs/worker.md. start() and stop() from one thread.
#pragma once

#include "base/config.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/counters.hpp"
#include "worker/handler_registry.hpp"
#include "worker/job_context.hpp"
#include "worker/tenant_source.hpp"

#include <memory>

namespace bgerp::worker {

struct WorkerOptions {
    bool stop_when_empty = false; // finished() once nothing is left for this worker anywhere
    std::uint64_t jobs_max = 0;   // finished() after so many; 0: no limit
};

/// What the worker works with; all of it outlives the worker.
struct WorkerParts {
    const Config& config;
    const HandlerRegistry& handlers;
    TenantSource& source;
    JobContext::OpenPool open_pool;
    mysql::Pool& core;
};

class Worker final : public Service {
public:
    Worker(const WorkerParts& parts, const WorkerOptions& options);
    ~Worker() override;

    /// Throws Failure when the doorbell can't be bound. Needs no database yet.
    void start() override;

    /// Stops reserving, gives back what nobody began, lets running jobs finish for
    /// shutdown_grace_s, then asks them to stop and gives them back. A job that doesn't stop is
    /// given back all the same; then stuck() is true and the process must end without waiting.
    /// Last, hooks that wait are run, for ten seconds at most.
    void stop() override;

    /// Ends the grace time of a stop() under way in another thread, or of the next one: running
    /// jobs are asked to stop at once, and given back within hurry_grace (3 s) if they don't. Hooks
    /// that wait are dropped.
    void hurry();

    /// True when the options' end is reached: call stop().
    [[nodiscard]] bool finished() const;

    [[nodiscard]] bool stuck() const;

    /// True once a handler has ignored its time-out for overrun_s: its slot is lost as long as this
    /// process lives, so call stop() and start a new one.
    [[nodiscard]] bool overrun() const;
    [[nodiscard]] const Counters& counters() const;
    [[nodiscard]] const Pulse& pulse() const;

    /// Jobs reserved and not ended yet.
    [[nodiscard]] std::size_t in_hand() const;

private:
    struct Machine;

    std::unique_ptr<Machine> machine_;
};

} // namespace bgerp::worker
