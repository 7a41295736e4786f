// The kind `wait.signal`: {"signal": "approved"}, and optionally "timeout_s" and "on_timeout":
// "fail" (if not given) or "continue". Ends when somebody sends the signal, with
// {"signal","payload"} as output, or {"signal","timed_out": true}. It takes no slot while it waits.
// Mostly a workflow's step.
#pragma once

#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_wait_signal_handler();

} // namespace bgerp::worker
