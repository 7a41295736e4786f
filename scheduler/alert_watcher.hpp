// Watches the organizations' queues for what the configuration's rules say (section `alerts`), and
// tells whom they name once when a condition begins to hold and once when it has ended. What fires
// stands in the core database, so a scheduler that takes over tells nothing again; one that dies
// between telling and writing that down has it told a second time. Works only while this scheduler
// leads. Idle organizations cost one statement for a hundred of them. One thread.
#pragma once

#include "base/config.hpp"
#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "scheduler/leadership.hpp"
#include "scheduler/tenants.hpp"
#include "tenant_db/alerts/alert_rules.hpp"

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace bgerp::scheduler {

class AlertWatcher final : public Service {
public:
    AlertWatcher(const Config& config, Tenants& tenants, Leadership& lead, Pulse& pulse);
    ~AlertWatcher() override;

    void start() override;
    void stop() override;

    /// One look at everything; start() does it again and again. Throws Failure while the core
    /// database is away.
    void look();

private:
    /// What a look found.
    struct Seen {
        std::map<core_db::AlertKey, std::int64_t> holding;
        std::set<std::string> unknown; // organizations that couldn't be looked at
    };

    void run(Pulse::Beat& beat);
    [[nodiscard]] Seen look_at_all();
    void look_at(const Tenant& tenant, Seen& seen);
    void bring_up_to_date(const Seen& seen);
    void follow(const core_db::FiringAlert& alert, const Seen& seen);
    [[nodiscard]] bool
    tell(const AlertConfig& rule, const core_db::FiringAlert& alert, const std::string& event);
    void note(const core_db::AlertKey& key, const std::string& event);
    void end(const AlertConfig& rule, const core_db::FiringAlert& alert);
    [[nodiscard]] const AlertConfig* rule_of(const core_db::AlertKey& key) const;

    [[nodiscard]] bool may_go_on() const { return !stop_.raised() && lead_.held(); }

    const std::vector<AlertConfig> rules_;
    const std::chrono::seconds interval_;
    Tenants& tenants_;
    Leadership& lead_;
    Pulse& pulse_;
    Pulse::Beat* beat_ = nullptr; // while it runs
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::scheduler
