// Adds what the attempts came to to the tenants' tables, every ten seconds and once more when the
// worker stops, a transaction a tenant. What can't be written is given up, and what a worker had
// counted when it died is lost: these are statistics, and never counted twice is worth more. One
// thread, away from the jobs' way.
#pragma once

#include "base/pulse.hpp"
#include "base/service.hpp"
#include "base/stop_signal.hpp"
#include "worker/attempt_stats.hpp"

#include <thread>

namespace bgerp::worker {

class StatKeeper final : public Service {
public:
    StatKeeper(AttemptStats& stats, Pulse& pulse);
    ~StatKeeper() override;

    void start() override;

    /// Writes what was counted last.
    void stop() override;

private:
    void run(Pulse::Beat& beat);
    void write(Pulse::Beat& beat);

    AttemptStats& stats_;
    Pulse& pulse_;
    bool failing_ = false;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::worker
