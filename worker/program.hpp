// bgerp-worker as a program: runs jobs until it is told to stop (SIGTERM, SIGINT; a second time: at
// once), its end is reached (--stop-when-empty, --max-jobs), its memory passed the limit or a
// handler doesn't come back from its time-out. Called by main, and by the chaos tests' worker,
// which is this one with handlers that misbehave. Once a process; blocks until the end.
#pragma once

#include "worker/handler_registry.hpp"

#include <functional>

namespace bgerp::worker {

/// Adds kinds to those of handlers/registry.cpp.
using RegisterHandlers = std::function<void(HandlerRegistry&)>;

/// Returns the exit status; never throws. Takes over the process's signals.
[[nodiscard]] int run_program(int argc, char** argv, const RegisterHandlers& more = {});

} // namespace bgerp::worker
