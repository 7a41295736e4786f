#include "worker/handlers/noop.hpp"

#include <chrono>

namespace bgerp::worker {

namespace {

class NoopHandler final : public Handler {
public:
    Result<Json> run(JobContext& /*context*/) override { return Json(); }
};

class LatencyHandler final : public Handler {
public:
    Result<Json> run(JobContext& /*context*/) override {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return Json{
            {"started_us", std::chrono::duration_cast<std::chrono::microseconds>(now).count()}};
    }
};

} // namespace

std::unique_ptr<Handler> make_noop_handler() {
    return std::make_unique<NoopHandler>();
}

std::unique_ptr<Handler> make_latency_handler() {
    return std::make_unique<LatencyHandler>();
}

} // namespace bgerp::worker
