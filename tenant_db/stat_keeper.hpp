// Adds what the attempts came to to the tenants' tables, every ten seconds and once more when the
// program stops, a transaction a tenant. What can't be written is given up, and what a program had
// counted when it died is lost: these are statistics, and never counted twice is worth more. Used
// by the worker for its own attempts and by the server for those of remote workers. One thread,
// away from the jobs' way.
#pragma once

#include "base/mysql/pool.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "base/stop_signal.hpp"
#include "tenant_db/queue/job_stats.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bgerp {

/// What was counted for one tenant, and where it belongs.
struct TenantStats {
    std::string org;
    queue::QueueSchema schema;
    std::shared_ptr<mysql::Pool> pool; // of an account that may write job_stat
    std::vector<queue::JobStat> stats;
};

class StatKeeper final : public Service {
public:
    /// All that was counted since the last call. Called by the keeper's thread alone.
    using Take = std::function<std::vector<TenantStats>()>;

    StatKeeper(Take take, Pulse& pulse);
    ~StatKeeper() override;

    void start() override;

    /// Writes what was counted last.
    void stop() override;

private:
    void run(Pulse::Beat& beat);
    void write(Pulse::Beat& beat);

    const Take take_;
    Pulse& pulse_;
    bool failing_ = false;
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp
