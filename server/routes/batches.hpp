// Batches of a tenant: many jobs with one end. Blocking.
#pragma once

#include "server/middleware/call.hpp"
#include "server/routes/new_job.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array batch_fields{
    Field{"name", FieldType::text, false, 0, 255},
    Field{"jobs", FieldType::objects, true, 0, jobs_max},
    Field{"then", FieldType::object},
    Field{"catch", FieldType::object},
    Field{"finally", FieldType::object},
    Field{"allow_failures", FieldType::boolean},
};

inline constexpr std::array batch_query{
    QueryParam{"limit", "1 to 200; 50"},
};

/// POST /batches → 202 with Location.
[[nodiscard]] Result<http::Response> create_batch(Call& call);

/// GET /batches
[[nodiscard]] Result<http::Response> list_batches(Call& call);

/// GET /batches/{id}
[[nodiscard]] Result<http::Response> show_batch(Call& call);

/// DELETE /batches/{id}: cancels it. conflict when it is finished.
[[nodiscard]] Result<http::Response> cancel_batch(Call& call);

} // namespace bgerp::server
