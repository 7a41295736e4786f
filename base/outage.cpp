#include "base/outage.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace bgerp {

namespace {

constexpr int pause_ms_first = 50;
constexpr int pause_ms_max = 2000;
constexpr int doublings_max = 6;
constexpr int refusals_max = 5;

} // namespace

bool is_refusal(const Failure& error) {
    switch (error.error().code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::storage_full:
        return false;
    default:
        return true;
    }
}

Outage::Outage(std::string loop_name)
    : loop_name_(std::move(loop_name))
    , random_(std::random_device{}()) {}

bool Outage::failed(const std::exception& error, const StopSignal& stop) {
    if (failures_ == 0) {
        log_warn(
            "a loop fails and goes on trying",
            {{"loop", loop_name_}, {"error", error.what()}}
        );
    }
    const auto pause = next_pause();
    ++failures_;
    return stop.wait_for(pause);
}

bool Outage::hopeless(const Failure& error) const {
    return is_refusal(error) && failures_ >= refusals_max;
}

void Outage::succeeded() {
    if (failures_ > 0) {
        log_info(
            "a loop works again",
            {{"loop", loop_name_}, {"failures", std::to_string(failures_)}}
        );
        failures_ = 0;
    }
}

std::chrono::milliseconds Outage::next_pause() {
    const int ceiling =
        std::min(pause_ms_first << std::min(failures_, doublings_max), pause_ms_max);
    return std::chrono::milliseconds(
        std::uniform_int_distribution<int>(ceiling / 2, ceiling)(random_)
    );
}

} // namespace bgerp
