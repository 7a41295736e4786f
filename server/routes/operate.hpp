// What operators of a tenant's queues ask for: statistics, and the removal of what ended long ago.
// Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array stats_query{
    QueryParam{"last_s", "seconds to look back, in whole minutes, 60 to 2592000; 3600"},
    QueryParam{"by", "kind: each kind of job apart, too"},
};

inline constexpr std::array prune_failed_query{
    QueryParam{"older_than_s", "seconds since they failed; required"},
};

inline constexpr std::array prune_jobs_query{
    QueryParam{"state", "completed, cancelled or failed; required"},
    QueryParam{"older_than_s", "seconds since they ended; required"},
};

/// GET /queues/{queue}/stats
[[nodiscard]] Result<http::Response> show_queue_stats(Call& call);

/// GET /alerts: the organization's that fire.
[[nodiscard]] Result<http::Response> list_alerts(Call& call);

/// DELETE /jobs: the history of jobs that ended. In steps: after a time-out ask again.
[[nodiscard]] Result<http::Response> prune_jobs(Call& call);

/// DELETE /failed-jobs: likewise.
[[nodiscard]] Result<http::Response> prune_failed_jobs(Call& call);

} // namespace bgerp::server
