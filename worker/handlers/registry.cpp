#include "worker/handlers/registry.hpp"

#include "worker/handlers/exec.hpp"
#include "worker/handlers/noop.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds instant{60};

} // namespace

void register_handlers(HandlerRegistry& registry, const Config& config) {
    registry.add("noop", make_noop_handler(), {instant, {}});
    registry.add("bench_latency", make_latency_handler(), {instant, {}});
    for (const ExecConfig& exec : config.exec) {
        registry
            .add(exec.kind, make_exec_handler(exec), {std::chrono::seconds(exec.timeout_s), {}});
    }
}

} // namespace bgerp::worker
