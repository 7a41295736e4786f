// Keeps the limits' side of the worker alive: renews the leases of its permits, gives back those
// that lie idle, notices what other workers parked or what a dead one left, and returns jobs to
// their queues whose limit is gone. Ten times a second while there is anything to keep, otherwise
// it touches no database. One thread.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/limits/limit_gate.hpp"
#include "worker/work_inbox.hpp"

#include <thread>

namespace bgerp::worker {

class LimitKeeper final : public Service {
public:
    LimitKeeper(LimitGate& gate, WorkInbox& inbox, Pulse& pulse);
    ~LimitKeeper() override;

    void start() override;

    /// Ends the thread and gives all permits back.
    void stop() override;

private:
    void run(Pulse::Beat& beat);

    LimitGate& gate_;
    WorkInbox& inbox_;
    Pulse& pulse_;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::worker
