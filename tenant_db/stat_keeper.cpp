#include "tenant_db/stat_keeper.hpp"

#include "base/log.hpp"

namespace bgerp {

namespace {

constexpr std::chrono::seconds interval{10};
constexpr std::chrono::seconds statement_time{5};

} // namespace

StatKeeper::StatKeeper(Take take, Pulse& pulse)
    : take_(std::move(take))
    , pulse_(pulse) {}

StatKeeper::~StatKeeper() {
    stop();
}

void StatKeeper::start() {
    Pulse::Beat& beat = pulse_.add("stat keeper");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void StatKeeper::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void StatKeeper::run(Pulse::Beat& beat) {
    bool last = false;
    while (!last) {
        last = stop_.wait_for(interval);
        beat.touch();
        write(beat);
    }
}

void StatKeeper::write(Pulse::Beat& beat) {
    bool failed = false;
    const bool stopping = stop_.raised();
    const Deadline in_all = Deadline::after(statement_time); // of the last time: a stop can't wait
    for (const TenantStats& counted : take_()) {
        beat.touch();
        if (stopping && in_all.passed()) {
            log_warn("statistics were given up at the stop", {});
            return;
        }
        try {
            queue::add_stats(
                *counted.pool,
                stopping ? in_all : Deadline::after(statement_time),
                counted.schema,
                counted.stats
            );
        } catch (const Failure& error) { // a tenant's trouble is not the others'
            failed = true;
            if (!failing_) {
                log_warn(
                    "statistics were not written",
                    {{"tenant", counted.org}, {"error", error.what()}}
                );
            }
        }
    }
    failing_ = failed;
}

} // namespace bgerp
