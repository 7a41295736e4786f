// Queues and failed jobs of a tenant, for whoever operates them. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array failed_query{
    QueryParam{"limit", "1 to 200; 50"},
    QueryParam{"offset", "how many to leave out"},
};

/// GET /queues: those with jobs and those paused.
[[nodiscard]] Result<http::Response> list_queues(Call& call);

/// GET /failed-jobs
[[nodiscard]] Result<http::Response> list_failed_jobs(Call& call);

/// GET /failed-jobs/{uuid}
[[nodiscard]] Result<http::Response> show_failed_job(Call& call);

/// POST /failed-jobs/{uuid}/retry → 202
[[nodiscard]] Result<http::Response> retry_failed_job(Call& call);

/// DELETE /failed-jobs/{uuid}
[[nodiscard]] Result<http::Response> forget_failed_job(Call& call);

} // namespace bgerp::server
