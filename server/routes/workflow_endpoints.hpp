// The part of the table of endpoints that is about workflows and signals. Constants; for
// endpoints.cpp alone.
#pragma once

#include "server/routes/workflows.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array workflow_endpoints{
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/jobs/{uuid}/signals/{name}",
        .run = send_signal,
        .ability = "jobs:push",
        .body = BodyKind::json,
        .fields = signal_fields,
        .summary = "Send a job what it waits for",
        .success = 202},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/workflows",
        .run = create_workflow,
        .ability = "jobs:push",
        .body = BodyKind::json,
        .fields = workflow_fields,
        .summary = "Jobs that begin when others have ended",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/workflows",
        .run = list_workflows,
        .ability = "jobs:read",
        .query = workflow_query,
        .summary = "Workflows, newest first"},
    Endpoint{
        .path = "/api/v1/workflows/{id}",
        .run = show_workflow,
        .ability = "jobs:read",
        .summary = "One workflow with its steps"},
    Endpoint{
        .method = http::Method::del,
        .path = "/api/v1/workflows/{id}",
        .run = cancel_workflow,
        .ability = "jobs:cancel",
        .summary = "Cancel a workflow"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/workflows/{id}/retry",
        .run = retry_workflow,
        .ability = "jobs:push",
        .summary = "Give failed and cancelled steps another chance",
        .success = 202},
};

} // namespace bgerp::server
