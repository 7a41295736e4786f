// Code that runs around handlers, whatever their kind: logging, timing, checks, a tenant's
// settings. Registered with HandlerRegistry::use(); the first registered is the outermost. One
// object serves all slots, so it must be thread-safe and hold no state of a job.
#pragma once

#include "base/json.hpp"

#include <functional>

namespace bgerp::worker {

class JobContext;

class Middleware {
public:
    /// Runs what is further inside, in the end the handler. To be called at most once.
    using Next = std::function<Result<Json>()>;

    Middleware() = default;
    Middleware(const Middleware&) = delete;
    Middleware& operator=(const Middleware&) = delete;
    virtual ~Middleware() = default;

    /// The whole of it: may change the result, try something else or not call `next`. What it
    /// returns is the attempt's result, by the rules of Handler::run(). Exceptions of the handler
    /// pass through here.
    [[nodiscard]] virtual Result<Json> around(JobContext& context, const Next& next) {
        if (auto allowed = before(context); !allowed) {
            return tl::unexpected<Error>(std::move(allowed.error()));
        }
        Result<Json> result = next();
        after(context, result);
        return result;
    }

protected:
    /// An error keeps the handler from being run and is the attempt's.
    [[nodiscard]] virtual Result<void> before(JobContext& /*context*/) { return {}; }

    /// Not called when the handler threw.
    virtual void after(JobContext& /*context*/, const Result<Json>& /*result*/) {}
};

} // namespace bgerp::worker
