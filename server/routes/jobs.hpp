// Jobs of a tenant: push one or many, look, list, cancel. Blocking.
#pragma once

#include "server/middleware/call.hpp"
#include "server/routes/new_job.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array bulk_fields{
    Field{"jobs", FieldType::objects, true, 1, jobs_max},
};

inline constexpr std::array job_query{
    QueryParam{"state", "scheduled, available, running, retryable, completed, failed, cancelled"},
    QueryParam{"kind", "of this kind alone"},
    QueryParam{"queue", "of this queue alone"},
    QueryParam{"tag", "with this tag alone"},
    QueryParam{"limit", "1 to 200; 50"},
};

/// Seconds a client may be kept waiting for a job's end.
inline constexpr std::int64_t job_wait_s_max = 60;

inline constexpr std::array job_wait_query{
    QueryParam{"wait", "seconds to wait for its end, 0 to 60; 0"},
};

/// POST /jobs → 202 with Location.
[[nodiscard]] Result<http::Response> push_job(Call& call);

/// POST /jobs/bulk → 202 {"uuids"}, and {"outcomes"} where some are unique: all or none.
[[nodiscard]] Result<http::Response> push_jobs(Call& call);

/// GET /jobs
[[nodiscard]] Result<http::Response> list_jobs(Call& call);

/// GET /jobs/{uuid}: with `wait`, the answer comes when the job has ended or the time is over.
[[nodiscard]] Result<http::Response> show_job(Call& call);

/// DELETE /jobs/{uuid}: cancels. conflict when it has ended.
[[nodiscard]] Result<http::Response> cancel_job(Call& call);

} // namespace bgerp::server
