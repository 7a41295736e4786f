// The scheduler as a whole: leadership, ticker, housekeeper and alert watcher. The program
// (main.cpp) and the tests run it. start() and stop() from one thread.
#pragma once

#include "scheduler/alert_watcher.hpp"
#include "scheduler/housekeeper.hpp"
#include "scheduler/ticker.hpp"

namespace bgerp::scheduler {

class Scheduler final : public Service {
public:
    /// `core` must outlive this object. Needs no database yet.
    Scheduler(const Config& config, core_db::CoreDatabase& core)
        : tenants_(core)
        , lead_(core.pool(), std::chrono::seconds(config.scheduler.lease_s))
        , ticker_(std::chrono::milliseconds(config.scheduler.tick_ms), tenants_, lead_, pulse_)
        , housekeeper_(config, tenants_, lead_, pulse_)
        , alert_watcher_(config, tenants_, lead_, pulse_) {}

    ~Scheduler() override { stop(); }

    void start() override {
        ticker_.start();
        housekeeper_.start();
        alert_watcher_.start();
    }

    void stop() override {
        alert_watcher_.stop();
        housekeeper_.stop();
        ticker_.stop(); // last: it lets go of the lease
    }

    [[nodiscard]] const Pulse& pulse() const { return pulse_; }

    [[nodiscard]] bool leads() const { return lead_.held(); }

    [[nodiscard]] const Ticker& ticker() const { return ticker_; }

private:
    Pulse pulse_;
    Tenants tenants_;
    Leadership lead_;
    Ticker ticker_;
    Housekeeper housekeeper_;
    AlertWatcher alert_watcher_;
};

} // namespace bgerp::scheduler
