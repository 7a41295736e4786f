// Recurring jobs of a tenant. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array new_schedule_fields{
    Field{"name", FieldType::text, true, 1, 190},
    Field{"cron", FieldType::text, true, 1, 190},
    Field{"kind", FieldType::text, true, 1, 255},
    Field{"time_zone", FieldType::text, false, 1, 64},
    Field{"args", FieldType::object},
    Field{"queue", FieldType::text, false, 1, 255},
    Field{"priority", FieldType::integer, false, -32768, 32767},
    Field{"missed", FieldType::text, false, 1, 16},
    Field{"overlap", FieldType::text, false, 1, 16},
};

inline constexpr std::array schedule_change_fields{
    Field{"cron", FieldType::text, false, 1, 190},
    Field{"kind", FieldType::text, false, 1, 255},
    Field{"time_zone", FieldType::text, false, 1, 64},
    Field{"args", FieldType::object},
    Field{"queue", FieldType::text, false, 1, 255},
    Field{"priority", FieldType::integer, false, -32768, 32767},
    Field{"missed", FieldType::text, false, 1, 16},
    Field{"overlap", FieldType::text, false, 1, 16},
};

/// GET /schedules: by name.
[[nodiscard]] Result<http::Response> list_schedules(Call& call);

/// POST /schedules → 201
[[nodiscard]] Result<http::Response> add_schedule(Call& call);

/// GET /schedules/{name}
[[nodiscard]] Result<http::Response> show_schedule(Call& call);

/// PATCH /schedules/{name}
[[nodiscard]] Result<http::Response> edit_schedule(Call& call);

/// DELETE /schedules/{name}
[[nodiscard]] Result<http::Response> remove_schedule(Call& call);

/// POST /schedules/{name}/pause and …/resume
[[nodiscard]] Result<http::Response> pause_schedule(Call& call);
[[nodiscard]] Result<http::Response> resume_schedule(Call& call);

/// POST /schedules/{name}/run → 202 {"uuid"} with Location of the job
[[nodiscard]] Result<http::Response> run_schedule(Call& call);

} // namespace bgerp::server
