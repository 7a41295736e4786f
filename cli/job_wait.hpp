// Waiting for a job, as `--wait` and `bgerp job wait` do: a progress bar on a terminal, a word when
// no worker is there to run it, and Ctrl-C that leaves the job alone. One thread.
#pragma once

#include "cli/tenant_session.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bgerp::cli {

/// The job as the queue shows it, once it has ended. Throws Failure: timeout when it hasn't by
/// `timeout` (none: waits for good), cancelled after Ctrl-C, not_found.
[[nodiscard]] Json wait_for_job(
    Context& context,
    TenantSession& tenant,
    const std::string& uuid,
    std::optional<std::chrono::seconds> timeout
);

/// The output of a job that completed; throws Failure with the job's own error when it failed or
/// was cancelled.
[[nodiscard]] Json
wait_for_output(Context& context, TenantSession& tenant, const std::string& uuid);

/// The error that an ended job is, or nothing when it completed.
[[nodiscard]] std::optional<Error> error_of_job(const Json& job);

} // namespace bgerp::cli
