// What an organization's admins say about which of its jobs may begin: limits and pauses. Blocking.
#pragma once

#include "server/middleware/call.hpp"
#include "server/middleware/fields.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array limit_fields{
    Field{"kind", FieldType::text, false, 1, 255},
    Field{"queue", FieldType::text, false, 1, 255},
    Field{"by", FieldType::text, false, 1, 255},
    Field{"concurrency", FieldType::integer, false, 0, 1'000'000},
    Field{"rate", FieldType::integer, false, 1, 1'000'000},
    Field{"period_s", FieldType::integer, false, 1, 31'622'400},
    Field{"burst", FieldType::integer, false, 1, 1'000'000},
    Field{"breaker_failures", FieldType::integer, false, 1, 1'000'000},
    Field{"breaker_window_s", FieldType::integer, false, 1, 31'622'400},
    Field{"breaker_open_s", FieldType::integer, false, 1, 31'622'400},
};

inline constexpr std::array pause_query{
    QueryParam{"for_s", "seconds until it ends by itself; without it, until it is resumed"},
};

/// GET /limits
[[nodiscard]] Result<http::Response> list_limits(Call& call);

/// GET /limits/{name}: what each of its keys is at.
[[nodiscard]] Result<http::Response> show_limit(Call& call);

/// PUT /limits/{name}
[[nodiscard]] Result<http::Response> put_limit(Call& call);

/// DELETE /limits/{name}
[[nodiscard]] Result<http::Response> delete_limit(Call& call);

/// POST /limits/{name}/reset: its breakers are closed.
[[nodiscard]] Result<http::Response> reset_limit(Call& call);

/// GET /pauses
[[nodiscard]] Result<http::Response> list_pauses(Call& call);

/// POST /queues/{queue}/pause: its jobs aren't begun until it is resumed. The same for a kind and
/// for all.
[[nodiscard]] Result<http::Response> pause_queue(Call& call);
[[nodiscard]] Result<http::Response> resume_queue(Call& call);
[[nodiscard]] Result<http::Response> pause_kind(Call& call);
[[nodiscard]] Result<http::Response> resume_kind(Call& call);
[[nodiscard]] Result<http::Response> pause_all(Call& call);
[[nodiscard]] Result<http::Response> resume_all(Call& call);

} // namespace bgerp::server
