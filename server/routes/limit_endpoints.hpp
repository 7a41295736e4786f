// The endpoints of limits and pauses: a part of the table in endpoints.cpp, which alone uses it.
#pragma once

#include "server/middleware/endpoint.hpp"
#include "server/routes/limits.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array limit_endpoints{
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/kinds/{kind}/pause",
        .run = pause_kind,
        .ability = "queues:pause",
        .query = pause_query,
        .summary = "Begin no more jobs of a kind"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/kinds/{kind}/resume",
        .run = resume_kind,
        .ability = "queues:pause",
        .summary = "Begin its jobs again"},
    Endpoint{
        .path = "/api/v1/pauses",
        .run = list_pauses,
        .ability = "jobs:read",
        .summary = "What is paused"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/pause",
        .run = pause_all,
        .ability = "queues:pause",
        .query = pause_query,
        .summary = "Begin no more jobs"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/resume",
        .run = resume_all,
        .ability = "queues:pause",
        .summary = "Begin jobs again"},
    Endpoint{
        .path = "/api/v1/limits",
        .run = list_limits,
        .ability = "jobs:read",
        .summary = "How many jobs may run"},
    Endpoint{
        .path = "/api/v1/limits/{name}",
        .run = show_limit,
        .ability = "jobs:read",
        .summary = "What each key of a limit is at"},
    Endpoint{
        .method = http::Method::put,
        .path = "/api/v1/limits/{name}",
        .run = put_limit,
        .ability = "queues:limit",
        .body = BodyKind::json,
        .fields = limit_fields,
        .summary = "Make or replace a limit"},
    Endpoint{
        .method = http::Method::del,
        .path = "/api/v1/limits/{name}",
        .run = delete_limit,
        .ability = "queues:limit",
        .summary = "Remove a limit; the jobs it holds back go on",
        .success = 204},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/limits/{name}/reset",
        .run = reset_limit,
        .ability = "queues:limit",
        .summary = "Close a limit's breakers"},
};

} // namespace bgerp::server
