// Writes the ends of jobs whose handlers succeeded, many in one transaction: whatever has gathered
// while the previous one was being written, up to complete_batch_max of one tenant. Two threads, so
// that one gathers while the other waits for the disk. Outlives outages: a group is tried until
// it goes through, even past its leases, since the fence refuses what has become somebody else's.
// What the database refuses again and again is left to its leases, as the settler leaves it. Stops
// only when all that it was given is written, or shutdown gives up.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/finished_job.hpp"
#include "worker/jobs_in_hand.hpp"
#include "worker/ready_queue.hpp"
#include "worker/settler.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace bgerp::worker {

class HookRunner;

/// What the completer works with; all of it outlives the completer.
struct CompleterParts {
    std::size_t batch_max = 1000;
    const ReadyQueue& ready;
    JobsInHand& in_hand;
    Settler& settler;
    Counters& counters;
    Pulse& pulse;
    const StopSignal& give_up; // the end of shutdown: stop trying
    HookRunner* hooks = nullptr;
};

class Completer final : public Service, public FinishedJobSink {
public:
    explicit Completer(const CompleterParts& parts);
    ~Completer() override;

    void start() override;

    /// Returns when all finished jobs are written, or `give_up` is raised.
    void stop() override;

    void finished(FinishedJob job) override;

    /// Jobs that finished and aren't written yet.
    [[nodiscard]] std::size_t backlog() const;

    /// True while writing fails: to reserve more now would only add to what may run twice.
    [[nodiscard]] bool failing() const { return failing_.load(); }

private:
    using Group = std::vector<FinishedJob>;
    using Time = std::chrono::steady_clock::time_point;

    struct Waiting {
        Group group;
        Time since; // the first of it finished
    };

    void run(Pulse::Beat& beat);
    [[nodiscard]] std::chrono::microseconds until_ripe(Time now) const;
    [[nodiscard]] Group take_group(Pulse::Beat& beat);
    void write(const Group& group, Outage& outage, Pulse::Beat& beat);
    void write_once(const Group& group);
    void settle(const Group& group);
    void tell(const Group& group, std::size_t lost) const;

    CompleterParts parts_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::unordered_map<const ServedTenant*, Waiting> waiting_;
    std::deque<const ServedTenant*> turns_; // tenants with waiting groups, oldest first
    std::size_t backlog_ = 0;               // waiting or being written
    std::size_t idle_ = 0;
    std::atomic<bool> failing_{false};
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace bgerp::worker
