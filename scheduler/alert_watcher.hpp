// Watches the organizations' queues for what the configuration's rules say (section `alerts`), and
// tells whom they name once when a condition begins to hold and once when it has ended. What fires
// stands in the core database, so a scheduler that takes over tells nothing again; one that dies
// between telling and writing that down has it told a second time. Works only while this scheduler
// leads. Idle organizations cost one statement for a hundred of them. One thread looks; each rule
// tells in a thread of its own while it has something to tell, so that one who doesn't listen
// delays neither the others nor the next look.
#pragma once

#include "base/config.hpp"
#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "scheduler/leadership.hpp"
#include "scheduler/tenants.hpp"
#include "tenant_db/alerts/alert_rules.hpp"

#include <future>
#include <map>
#include <optional>
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

    /// One look at everything, and waits until whom it concerns was told, or couldn't be. Throws
    /// Failure while the core database is away. Not beside start(), which looks again and again.
    void look();

private:
    /// What a look found.
    struct Seen {
        std::map<core_db::AlertKey, std::int64_t> holding;
        std::set<std::string> unknown; // organizations that couldn't be looked at
    };

    /// What is to be told of an alert.
    struct News {
        core_db::FiringAlert alert;
        std::string event; // "began" or "ended"
    };

    void run(Pulse::Beat& beat);
    void look_and_begin_to_tell();
    [[nodiscard]] Seen look_at_all();
    void look_at(const Tenant& tenant, Seen& seen);
    void bring_up_to_date(const Seen& seen);
    [[nodiscard]] std::optional<News> follow(const core_db::FiringAlert& alert, const Seen& seen);
    void let_tell(std::map<std::string, std::vector<News>> news);
    void tell_all(const AlertConfig& rule, std::vector<News> news);
    [[nodiscard]] bool tell_one(const AlertConfig& rule, const News& news);
    [[nodiscard]] bool
    tell(const AlertConfig& rule, const core_db::FiringAlert& alert, const std::string& event);
    void note(const core_db::AlertKey& key, const std::string& event);
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
    std::map<std::string, std::future<void>> telling_; // by rule; of the thread that looks
};

} // namespace bgerp::scheduler
