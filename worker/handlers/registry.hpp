// The one list of job kinds that this worker can run.
#pragma once

#include "base/config.hpp"
#include "worker/handler_registry.hpp"

namespace bgerp::worker {

/// Adds all built-in kinds and those that the configuration declares. Throws Failure (conflict)
/// when the configuration declares a built-in kind's name, invalid_argument when a secret can't be
/// read.
void register_handlers(HandlerRegistry& registry, const Config& config);

} // namespace bgerp::worker
