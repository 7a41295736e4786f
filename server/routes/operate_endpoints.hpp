// The endpoints of those who operate queues: a part of the table in endpoints.cpp, which alone uses
// it.
#pragma once

#include "server/middleware/endpoint.hpp"
#include "server/routes/events.hpp"
#include "server/routes/operate.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array operate_endpoints{
    Endpoint{
        .path = "/api/v1/queues/{queue}/stats",
        .run = show_queue_stats,
        .ability = "jobs:read",
        .query = stats_query,
        .summary = "What a queue has done lately: throughput, waits, run times, failures"},
    Endpoint{
        .path = "/api/v1/events",
        .run = follow_events,
        .ability = "jobs:read",
        .query = event_query,
        .summary = "What happens to jobs, as server-sent events"},
    Endpoint{
        .path = "/api/v1/alerts",
        .run = list_alerts,
        .ability = "jobs:read",
        .summary = "What is wrong with the organization's queues, by the operator's rules"},
    Endpoint{
        .method = http::Method::del,
        .path = "/api/v1/jobs",
        .run = prune_jobs,
        .ability = "jobs:cancel",
        .query = prune_jobs_query,
        .summary = "Remove the history of jobs that ended long ago"},
    Endpoint{
        .method = http::Method::del,
        .path = "/api/v1/failed-jobs",
        .run = prune_failed_jobs,
        .ability = "jobs:cancel",
        .query = prune_failed_query,
        .summary = "Forget the jobs that failed long ago"},
};

} // namespace bgerp::server
