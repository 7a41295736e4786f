#include "worker/handlers/noop.hpp"

#include "worker/job_context.hpp"

#include <chrono>

namespace bgerp::worker {

namespace {

class NoopHandler final : public Handler {
public:
    Result<Json> run(JobContext& /*context*/) override { return Json(); }
};

class LatencyHandler final : public Handler {
public:
    // The output says when it began; of a job that keeps none, a table of the benchmark's does.
    Result<Json> run(JobContext& context) override {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        if (context.args().contains("note")) {
            context.pool()
                .acquire(context.deadline())
                ->execute(
                    "INSERT INTO bench_started (uuid, started_us) VALUES (?, ?)",
                    {context.envelope().uuid, us}
                );
        }
        return Json{{"started_us", us}};
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
