// Workflows of a tenant, and the signals their steps and other jobs wait for. Blocking.
#pragma once

#include "server/middleware/call.hpp"
#include "server/routes/new_job.hpp"
#include "tenant_db/queue/workflow_graph.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array workflow_fields{
    Field{"name", FieldType::text, false, 0, 255},
    Field{"on_failure", FieldType::text},
    Field{"steps", FieldType::objects, true, 1, queue::workflow_steps_max},
};

inline constexpr std::array workflow_query{
    QueryParam{"limit", "1 to 200; 50"},
};

inline constexpr std::array signal_fields{
    Field{"payload", FieldType::object},
};

/// POST /workflows → 202 with Location.
[[nodiscard]] Result<http::Response> create_workflow(Call& call);

/// GET /workflows
[[nodiscard]] Result<http::Response> list_workflows(Call& call);

/// GET /workflows/{id}
[[nodiscard]] Result<http::Response> show_workflow(Call& call);

/// DELETE /workflows/{id}: cancels it. conflict when it has ended.
[[nodiscard]] Result<http::Response> cancel_workflow(Call& call);

/// POST /workflows/{id}/retry → 202. conflict when no step failed or was cancelled.
[[nodiscard]] Result<http::Response> retry_workflow(Call& call);

/// POST /jobs/{uuid}/signals/{name}
[[nodiscard]] Result<http::Response> send_signal(Call& call);

} // namespace bgerp::server
