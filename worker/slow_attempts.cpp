#include "worker/slow_attempts.hpp"

#include "base/log.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Logs at its end, however that comes about.
class Stopwatch {
public:
    Stopwatch(const JobContext& context, std::chrono::milliseconds threshold)
        : context_(context)
        , threshold_(threshold) {}

    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    ~Stopwatch() {
        const auto spent =
            std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - started_);
        if (spent >= threshold_) {
            log_info(
                "slow attempt",
                {{"kind", context_.envelope().kind},
                 {"uuid", context_.envelope().uuid},
                 {"attempt", std::to_string(context_.attempt())},
                 {"ms", std::to_string(spent.count())},
                 {"result", result_}}
            );
        }
    }

    void ended(const Result<Json>& result) {
        result_ = result ? "ok" : std::string(error_code_name(result.error().code));
    }

private:
    const JobContext& context_;
    const std::chrono::milliseconds threshold_;
    const SteadyClock::time_point started_ = SteadyClock::now();
    std::string result_ = "exception";
};

class SlowAttempts final : public Middleware {
public:
    explicit SlowAttempts(std::chrono::milliseconds threshold)
        : threshold_(threshold) {}

    Result<Json> around(JobContext& context, const Next& next) override {
        Stopwatch stopwatch(context, threshold_);
        Result<Json> result = next();
        stopwatch.ended(result);
        return result;
    }

private:
    const std::chrono::milliseconds threshold_;
};

} // namespace

std::unique_ptr<Middleware> make_slow_attempts(std::chrono::milliseconds threshold) {
    return std::make_unique<SlowAttempts>(threshold);
}

} // namespace bgerp::worker
