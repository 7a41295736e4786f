// Runs jobs in the caller's thread, through the same executor, leases and verbs as the worker, and
// without one: the sync driver of small set-ups (`bgerp job push --sync`) and the way in which
// tests run what they pushed. Only the lease renewer has a thread of its own. One thread; blocking.
#pragma once

#include "base/pulse.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "worker/executor.hpp"
#include "worker/lease_renewer.hpp"

#include <memory>
#include <string>

namespace bgerp::worker {

/// What it works with; all references outlive it.
struct InlineParts {
    const Config& config;
    const HandlerRegistry& handlers;
    std::uint64_t org_id = 0; // what arguments are encrypted for
    std::string org;
    std::string database;                    // the tenant's
    std::shared_ptr<mysql::Pool> queue_pool; // may work on its queue's tables
    JobContext::OpenPool open_pool;          // the handlers' connections
};

class InlineRunner {
public:
    /// Throws Failure when the database can't be asked for its time.
    explicit InlineRunner(InlineParts parts);
    InlineRunner(const InlineRunner&) = delete;
    InlineRunner& operator=(const InlineRunner&) = delete;
    ~InlineRunner();

    /// Makes a job that no worker gets to see before its first attempt, and makes that attempt
    /// here. Afterwards the job has ended, or waits for its next try as any other does. Returns its
    /// uuid. Errors as enqueue(); invalid_argument for one that is delayed or not tracked.
    [[nodiscard]] Result<std::string> push_and_run(const queue::NewJob& job);

    /// One attempt at a job that is reserved for this runner's caller; on return its end is
    /// written.
    void run(queue::ReservedJob job);

    /// Runs all jobs that can be run now, and those they make, until none is left; delayed ones
    /// only once they are due. Returns the number of attempts. Throws Failure (conflict) after
    /// `attempts_max`: the jobs make each other without end.
    std::size_t drain(std::size_t attempts_max = 10'000);

    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    class Sink;

    [[nodiscard]] std::size_t drain_queue(const std::string& queue, std::size_t attempts_max);

    const InlineParts parts_;
    const std::shared_ptr<ServedTenant> tenant_;
    const std::uint64_t owner_;
    Counters counters_;
    Pulse pulse_;
    DatabaseClock clock_;
    JobsInHand in_hand_;
    StopSignal give_up_;
    LimitBook limit_book_; // empty: limits aren't asked
    LimitGate limits_;
    Settler settler_;
    std::unique_ptr<Sink> sink_;
    Executor executor_;
    LeaseRenewer renewer_;
};

} // namespace bgerp::worker
