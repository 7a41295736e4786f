// What must be done now and then and by one alone: batches whose end a crash swallowed, finished
// runs past their keeping, jobs that Laravel ended or delayed on the claims' path, tokens and old
// lines of the platform's log. Works only while this scheduler leads. In bounded statements, a
// tenant at a time, so that nothing holds locks for long. One thread.
#pragma once

#include "base/config.hpp"
#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "scheduler/leadership.hpp"
#include "scheduler/tenants.hpp"
#include "tenant_db/queue/foreign_ends.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/prune.hpp"

#include <map>
#include <thread>

namespace bgerp::scheduler {

class Housekeeper final : public Service {
public:
    Housekeeper(const Config& config, Tenants& tenants, Leadership& lead, Pulse& pulse);
    ~Housekeeper() override;

    void start() override;
    void stop() override;

    /// One round over everything; start() runs it again and again. Throws Failure while the core
    /// database is away.
    void clean();

private:
    void run(Pulse::Beat& beat);
    void clean_core();
    void clean_tenant(const Tenant& tenant);
    void clean_foreign(mysql::Pool& pool, Deadline deadline, const std::string& database);

    [[nodiscard]] bool may_go_on() const { return !stop_.raised() && lead_.held(); }

    const std::chrono::seconds interval_;
    const queue::Retention retention_;
    const std::int64_t stats_keep_h_;
    const std::int64_t events_keep_h_;
    Tenants& tenants_;
    Leadership& lead_;
    Pulse& pulse_;
    std::map<std::string, queue::ShuntCursor> shunt_cursors_;     // by database
    std::map<std::string, queue::ForeignCursor> foreign_cursors_; // by database
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::scheduler
