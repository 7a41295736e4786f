// For a module's tests: runs all jobs there are, in the test's own thread, through the worker's
// executor. Header alone, so that only tests that link bgerp_worker_lib need it.
#pragma once

#include "worker/inline_runner.hpp"

#include <memory>
#include <string>

namespace bgerp::testing_support {

/// Runs what can be run now in the queues of `database`, and what that makes, with the handlers of
/// `registry`; they work through `pool`, which must be in that database. Returns the number of
/// attempts.
inline std::size_t drain(
    const std::shared_ptr<mysql::Pool>& pool,
    const std::string& database,
    const worker::HandlerRegistry& registry,
    const Config& config = {}
) {
    worker::InlineRunner
        runner({config, registry, 1, "test", database, pool, [pool](const worker::ServedTenant&) {
                    return pool;
                }});
    return runner.drain();
}

} // namespace bgerp::testing_support
