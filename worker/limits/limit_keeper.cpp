#include "worker/limits/limit_keeper.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds interval{100};

} // namespace

LimitKeeper::LimitKeeper(LimitGate& gate, WorkInbox& inbox, Pulse& pulse)
    : gate_(gate)
    , inbox_(inbox)
    , pulse_(pulse) {}

LimitKeeper::~LimitKeeper() {
    stop();
}

void LimitKeeper::start() {
    Pulse::Beat& beat = pulse_.add("limit keeper");
    thread_ = std::thread([this, &beat] { run(beat); });
}

void LimitKeeper::stop() {
    stop_.raise();
    if (thread_.joinable()) {
        thread_.join();
        gate_.give_up();
    }
}

void LimitKeeper::run(Pulse::Beat& beat) {
    Outage outage("limit keeper");
    while (!stop_.wait_for(interval)) {
        beat.touch();
        try {
            for (const LimitGate::Returned& returned : gate_.keep_up()) {
                std::set<std::string> queues = returned.queues;
                for (const std::string& paused : gate_.book().filter(*returned.tenant).but) {
                    queues.erase(paused);
                }
                inbox_.found(returned.tenant, {queues.begin(), queues.end()});
            }
            outage.succeeded();
        } catch (const std::exception& error) { // the tick is lost, the loop goes on
            outage.failed(error, stop_);
        }
    }
}

} // namespace bgerp::worker
