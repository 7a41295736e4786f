#include "server/routes/remote_endpoints.hpp"

#include "server/routes/remote_work.hpp"

#include <array>

namespace bgerp::server {

namespace {

using http::Method;

constexpr std::array endpoints{
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/queues/{queue}/reserve",
        .run = reserve_jobs,
        .ability = "jobs:work",
        .body = BodyKind::json,
        .fields = reserve_fields,
        .summary = "Take jobs to run them elsewhere"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs/{uuid}/heartbeat",
        .run = heartbeat_job,
        .ability = "jobs:work",
        .body = BodyKind::json,
        .fields = heartbeat_fields,
        .summary = "Keep a reserved job, tell how far it is"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs/{uuid}/complete",
        .run = complete_job,
        .ability = "jobs:work",
        .body = BodyKind::json,
        .fields = complete_fields,
        .summary = "A reserved job is done"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs/{uuid}/fail",
        .run = fail_job,
        .ability = "jobs:work",
        .body = BodyKind::json,
        .fields = fail_fields,
        .summary = "An attempt at a reserved job failed"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs/{uuid}/release",
        .run = release_job,
        .ability = "jobs:work",
        .body = BodyKind::json,
        .fields = release_fields,
        .summary = "Give a reserved job back"},
};

} // namespace

std::span<const Endpoint> remote_endpoints() {
    return endpoints;
}

} // namespace bgerp::server
