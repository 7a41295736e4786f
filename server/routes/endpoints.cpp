#include "server/routes/endpoints.hpp"

#include "server/routes/batches.hpp"
#include "server/routes/health.hpp"
#include "server/routes/jobs.hpp"
#include "server/routes/limit_endpoints.hpp"
#include "server/routes/limits.hpp"
#include "server/routes/login.hpp"
#include "server/routes/module_endpoints.hpp"
#include "server/routes/operate_endpoints.hpp"
#include "server/routes/queues.hpp"
#include "server/routes/remote_endpoints.hpp"
#include "server/routes/schedules.hpp"
#include "server/routes/tokens.hpp"
#include "server/routes/workflow_endpoints.hpp"

namespace bgerp::server {

namespace {

using http::Method;

constexpr std::array endpoints{
    Endpoint{
        .path = "/livez",
        .run = livez,
        .access = Access::open,
        .summary = "Is the process alive",
        .runs = Runs::on_network_thread},
    Endpoint{
        .path = "/readyz",
        .run = readyz,
        .access = Access::open,
        .summary = "Can requests be served"},
    Endpoint{
        .path = "/metrics",
        .run = metrics,
        .access = Access::open,
        .summary = "Counters in Prometheus' text format",
        .runs = Runs::on_network_thread},
    Endpoint{
        .path = "/openapi.json",
        .run = openapi,
        .access = Access::open,
        .summary = "This document",
        .runs = Runs::on_network_thread},

    Endpoint{
        .method = Method::post,
        .path = "/api/v1/login",
        .run = login,
        .access = Access::tenant,
        .body = BodyKind::json,
        .fields = login_fields,
        .summary = "Exchange a password for an access token"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/logout",
        .run = logout,
        .summary = "Revoke the token in use",
        .success = 204},
    Endpoint{.path = "/api/v1/me", .run = me, .summary = "Whose token this is"},
    Endpoint{
        .path = "/api/v1/tokens",
        .run = list_tokens,
        .ability = "tokens:read",
        .summary = "Access tokens of the organization"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/tokens",
        .run = create_token,
        .ability = "tokens:write",
        .body = BodyKind::json,
        .fields = token_fields,
        .summary = "Create an access token",
        .success = 201},
    Endpoint{
        .method = Method::del,
        .path = "/api/v1/tokens/{id}",
        .run = revoke_token,
        .ability = "tokens:write",
        .summary = "Revoke an access token",
        .success = 204},

    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs",
        .run = push_job,
        .ability = "jobs:push",
        .body = BodyKind::json,
        .fields = job_fields,
        .summary = "Push a job",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/jobs/bulk",
        .run = push_jobs,
        .ability = "jobs:push",
        .body = BodyKind::json,
        .fields = bulk_fields,
        .summary = "Push many jobs, all or none",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/jobs",
        .run = list_jobs,
        .ability = "jobs:read",
        .query = job_query,
        .summary = "Tracked jobs, newest first"},
    Endpoint{
        .path = "/api/v1/jobs/{uuid}",
        .run = show_job,
        .ability = "jobs:read",
        .query = job_wait_query,
        .summary = "One job, at once or when it has ended"},
    Endpoint{
        .method = Method::del,
        .path = "/api/v1/jobs/{uuid}",
        .run = cancel_job,
        .ability = "jobs:cancel",
        .summary = "Cancel a job"},

    Endpoint{
        .path = "/api/v1/queues",
        .run = list_queues,
        .ability = "jobs:read",
        .summary = "Queues with their counts"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/queues/{queue}/pause",
        .run = pause_queue,
        .ability = "queues:pause",
        .query = pause_query,
        .summary = "Begin no more jobs of a queue"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/queues/{queue}/resume",
        .run = resume_queue,
        .ability = "queues:pause",
        .summary = "Begin its jobs again"},
    Endpoint{
        .path = "/api/v1/schedules",
        .run = list_schedules,
        .ability = "schedules:read",
        .summary = "Recurring jobs"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/schedules",
        .run = add_schedule,
        .ability = "schedules:write",
        .body = BodyKind::json,
        .fields = new_schedule_fields,
        .summary = "Run a job again and again",
        .success = 201,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/schedules/{name}",
        .run = show_schedule,
        .ability = "schedules:read",
        .summary = "One recurring job"},
    Endpoint{
        .method = Method::patch,
        .path = "/api/v1/schedules/{name}",
        .run = edit_schedule,
        .ability = "schedules:write",
        .body = BodyKind::json,
        .fields = schedule_change_fields,
        .summary = "Change what is given, keep the rest"},
    Endpoint{
        .method = Method::del,
        .path = "/api/v1/schedules/{name}",
        .run = remove_schedule,
        .ability = "schedules:write",
        .summary = "Forget a recurring job",
        .success = 204},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/schedules/{name}/pause",
        .run = pause_schedule,
        .ability = "schedules:write",
        .summary = "Fire it no more until resumed"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/schedules/{name}/resume",
        .run = resume_schedule,
        .ability = "schedules:write",
        .summary = "Fire it again, from the next regular time on"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/schedules/{name}/run",
        .run = run_schedule,
        .ability = "schedules:run",
        .summary = "Push its job now",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/failed-jobs",
        .run = list_failed_jobs,
        .ability = "jobs:read",
        .query = failed_query,
        .summary = "Failed jobs, newest first"},
    Endpoint{
        .path = "/api/v1/failed-jobs/{uuid}",
        .run = show_failed_job,
        .ability = "jobs:read",
        .summary = "One failed job"},
    Endpoint{
        .method = Method::post,
        .path = "/api/v1/failed-jobs/{uuid}/retry",
        .run = retry_failed_job,
        .ability = "jobs:push",
        .summary = "Put a failed job back into its queue",
        .success = 202},
    Endpoint{
        .method = Method::del,
        .path = "/api/v1/failed-jobs/{uuid}",
        .run = forget_failed_job,
        .ability = "jobs:cancel",
        .summary = "Forget a failed job",
        .success = 204},

    Endpoint{
        .method = Method::post,
        .path = "/api/v1/batches",
        .run = create_batch,
        .ability = "jobs:push",
        .body = BodyKind::json,
        .fields = batch_fields,
        .summary = "Push a batch of jobs with callbacks",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/batches",
        .run = list_batches,
        .ability = "jobs:read",
        .query = batch_query,
        .summary = "Batches, newest first"},
    Endpoint{
        .path = "/api/v1/batches/{id}",
        .run = show_batch,
        .ability = "jobs:read",
        .summary = "One batch"},
    Endpoint{
        .method = Method::del,
        .path = "/api/v1/batches/{id}",
        .run = cancel_batch,
        .ability = "jobs:cancel",
        .summary = "Cancel a batch"},
};

} // namespace

std::span<const Endpoint> all_endpoints() {
    static const std::vector<Endpoint> all = [] {
        std::vector<Endpoint> joined(endpoints.begin(), endpoints.end());
        joined.insert(joined.end(), module_endpoints.begin(), module_endpoints.end());
        joined.insert(joined.end(), limit_endpoints.begin(), limit_endpoints.end());
        joined.insert(joined.end(), operate_endpoints.begin(), operate_endpoints.end());
        joined.insert(joined.end(), workflow_endpoints.begin(), workflow_endpoints.end());
        const auto remote = remote_endpoints();
        joined.insert(joined.end(), remote.begin(), remote.end());
        return joined;
    }();
    return all;
}

std::vector<std::string> endpoint_labels(std::span<const Endpoint> table) {
    std::vector<std::string> labels;
    for (const Endpoint& endpoint : table) {
        labels.push_back(
            std::string(http::method_name(endpoint.method)) + " " + std::string(endpoint.path)
        );
    }
    return labels;
}

} // namespace bgerp::server
