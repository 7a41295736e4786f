// Middleware that logs each attempt that took long, with kind, uuid, milliseconds and how it ended.
// Built in; `worker.slow_attempt_ms` turns it on.
#pragma once

#include "worker/middleware.hpp"

#include <chrono>
#include <memory>

namespace bgerp::worker {

/// Logs attempts that took `threshold` or longer, failed and thrown ones too.
[[nodiscard]] std::unique_ptr<Middleware> make_slow_attempts(std::chrono::milliseconds threshold);

} // namespace bgerp::worker
