// A job as clients describe it, for the routes that make some: alone, in bulk, in a batch. Pure
// code but for the list of kinds.
#pragma once

#include "server/middleware/call.hpp"
#include "server/middleware/fields.hpp"
#include "server/middleware/job_kinds.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <array>
#include <string>
#include <vector>

namespace bgerp::server {

inline constexpr std::int64_t ten_years_s = 315'360'000;

inline constexpr std::array job_fields{
    Field{"kind", FieldType::text, true, 1, 255},
    Field{"args", FieldType::object},
    Field{"queue", FieldType::text, false, 1, 255},
    Field{"priority", FieldType::integer, false, -32768, 32767},
    Field{"delay_s", FieldType::integer, false, 0, ten_years_s},
    Field{"max_tries", FieldType::integer, false, 1, 1000},
    Field{"max_exceptions", FieldType::integer, false, 1, 1000},
    Field{"backoff_s", FieldType::integers, false, 0, 100},
    Field{"timeout_s", FieldType::integer, false, 1, 86400},
    Field{"retry_until", FieldType::integer, false, 0, 4'102'444'800},
    Field{"fail_on", FieldType::texts, false, 0, 50},
    Field{"tags", FieldType::texts, false, 0, 20},
    Field{"tracked", FieldType::boolean},
    Field{"limit_key", FieldType::text, false, 1, 255},
    Field{"meta", FieldType::object},
    Field{"encrypted", FieldType::boolean},
    Field{"unique", FieldType::object},
    Field{"chain", FieldType::objects, false, 1, 100},
    Field{"chain_catch", FieldType::object},
};

/// Of `unique`.
inline constexpr std::array unique_fields{
    Field{"by", FieldType::texts, false, 1, 3},
    Field{"key", FieldType::text, false, 1, 1020},
    Field{"until", FieldType::text, false, 1, 10},
    Field{"period_s", FieldType::integer, false, 1, ten_years_s},
    Field{"on_conflict", FieldType::text, false, 1, 10},
};

/// Most jobs in one request: about what a body of the default size holds.
inline constexpr std::int64_t jobs_max = 10'000;

/// The job of a checked object, its chain with it; `path` names it in errors. invalid_argument for
/// an unknown kind or arguments that it doesn't take. What is to be encrypted isn't yet.
[[nodiscard]] Result<queue::NewJob>
new_job_of(const Json& body, const JobKinds& kinds, const std::string& path = {});

/// The jobs of a list of objects, each checked; errors name "jobs[3].kind".
[[nodiscard]] Result<std::vector<queue::NewJob>>
new_jobs_of(const Json& list, const JobKinds& kinds, const std::string& name);

/// Seals what is to be encrypted under the key of the call's tenant. Once for a job.
[[nodiscard]] Result<void> seal_jobs(const Call& call, std::vector<queue::NewJob>& jobs);

[[nodiscard]] queue::EnqueueLimits enqueue_limits(const Config& config);

} // namespace bgerp::server
