// Kinds that do nothing, for measuring the queue itself and for trying out a deployment: `noop`
// ends at once; `bench_latency` puts out when it began, `{"started_us": …}` since 1970.
#pragma once

#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_noop_handler();
[[nodiscard]] std::unique_ptr<Handler> make_latency_handler();

} // namespace bgerp::worker
