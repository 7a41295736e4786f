#include "worker/handlers/wait_signal.hpp"

#include "tenant_db/queue/job_signal.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

class WaitSignalHandler final : public Handler {
public:
    Result<Json> run(JobContext& context) override {
        const auto wish = queue::parse_wait_args(context.args());
        if (!wish) {
            return tl::unexpected(wish.error());
        }
        auto signal = context.await_signal(wish->signal, wish->timeout);
        if (!signal) {
            return tl::unexpected(std::move(signal.error()));
        }
        if (*signal) {
            return Json{{"signal", wish->signal}, {"payload", **signal}};
        }
        if (!wish->goes_on) {
            // No other attempt would have more time.
            return fail(ErrorCode::conflict, "the signal \"" + wish->signal + "\" didn't come");
        }
        return Json{{"signal", wish->signal}, {"timed_out", true}};
    }
};

} // namespace

std::unique_ptr<Handler> make_wait_signal_handler() {
    return std::make_unique<WaitSignalHandler>();
}

} // namespace bgerp::worker
