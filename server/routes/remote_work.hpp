// The work of remote workers, in any language: take jobs, keep them, end them
// (docs/queue-remote.md). What a job becomes, tenant_db/queue/remote_work decides by the same rules
// as our own worker. Blocking; a reservation that waits for work gives its thread back meanwhile.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array reserve_fields{
    Field{"worker", FieldType::text, false, 1, 100},
    Field{"limit", FieldType::integer, false, 1, 100},
    Field{"wait_s", FieldType::integer, false, 0, 60},
};

inline constexpr std::array heartbeat_fields{
    Field{"lease", FieldType::text, true, 1, 4096},
    Field{"progress", FieldType::integer, false, 0, 100},
    Field{"message", FieldType::text, false, 0, 255},
};

inline constexpr std::array complete_fields{
    Field{"lease", FieldType::text, true, 1, 4096},
    Field{"output", FieldType::anything},
};

inline constexpr std::array fail_fields{
    Field{"lease", FieldType::text, true, 1, 4096},
    Field{"error", FieldType::text, true, 1, 60'000},
    Field{"code", FieldType::text, false, 0, 100},
    Field{"retryable", FieldType::boolean},
    Field{"retry_after_s", FieldType::integer, false, 0, 86'400},
};

inline constexpr std::array release_fields{
    Field{"lease", FieldType::text, true, 1, 4096},
    Field{"delay_s", FieldType::integer, false, 0, 315'360'000},
};

/// POST /queues/{queue}/reserve → {"jobs":[{"uuid","kind","args","lease",…}],"paused"}
[[nodiscard]] Result<http::Response> reserve_jobs(Call& call);

/// POST /jobs/{uuid}/heartbeat → {"uuid","stop","reason","lease_s"}. lease_lost for a stale lease.
[[nodiscard]] Result<http::Response> heartbeat_job(Call& call);

/// POST /jobs/{uuid}/complete → {"uuid","state","repeated"}. lease_lost for a stale lease.
[[nodiscard]] Result<http::Response> complete_job(Call& call);

/// POST /jobs/{uuid}/fail → {"uuid","state","delay_s","repeated"}. lease_lost for a stale lease.
[[nodiscard]] Result<http::Response> fail_job(Call& call);

/// POST /jobs/{uuid}/release → the same.
[[nodiscard]] Result<http::Response> release_job(Call& call);

} // namespace bgerp::server
