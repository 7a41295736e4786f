#include "server/routes/jobs.hpp"

#include "server/middleware/idempotency.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/ring_text.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

const queue::QueueSchema& own() {
    static const queue::QueueSchema schema = queue::QueueSchema::current();
    return schema;
}

constexpr std::array<std::string_view, 7> states{
    "scheduled", "available", "running", "retryable", "completed", "failed", "cancelled"};

} // namespace

Result<http::Response> push_job(Call& call) {
    const auto job = new_job_of(call.body, call.services.kinds);
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto uuid =
                queue::enqueue(transaction, own(), *job, enqueue_limits(call.services.config));
            if (!uuid) {
                return tl::unexpected<Error>(uuid.error());
            }
            return http::with_header(
                http::json_response(
                    202,
                    {{"uuid", *uuid},
                     {"kind", job->kind},
                     {"queue", job->queue},
                     {"priority", job->priority},
                     {"state", job->delay.count() > 0 ? "scheduled" : "available"}}
                ),
                "Location",
                "/api/v1/jobs/" + *uuid
            );
        }
    );
    call.services.doorbell.ring(ring_text(call.tenant->code.str(), job->queue));
    return response;
}

Result<http::Response> push_jobs(Call& call) {
    const auto jobs = new_jobs_of(call.body["jobs"], call.services.kinds, "jobs");
    if (!jobs) {
        return tl::unexpected<Error>(jobs.error());
    }
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto uuids = queue::enqueue_many(
                transaction,
                own(),
                *jobs,
                enqueue_limits(call.services.config)
            );
            if (!uuids) {
                return tl::unexpected<Error>(uuids.error());
            }
            return http::json_response(202, {{"uuids", *uuids}});
        }
    );
    call.ring();
    return response;
}

Result<http::Response> list_jobs(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    if (!limit) {
        return tl::unexpected<Error>(limit.error());
    }
    queue::JobFilter filter{call.query("state"), call.query("kind"), call.query("queue")};
    filter.limit = static_cast<std::size_t>(*limit);
    if (!filter.state.empty() &&
        std::find(states.begin(), states.end(), filter.state) == states.end()) {
        return fail(ErrorCode::invalid_argument, "no such state: " + filter.state, "state");
    }
    return http::json_response(
        200,
        {{"jobs", queue::list_jobs(*call.pool->acquire(call.deadline()), own(), filter)}}
    );
}

Result<http::Response> show_job(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto job = queue::show_job(*call.pool->acquire(call.deadline()), own(), *uuid);
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    return http::json_response(200, *job);
}

Result<http::Response> cancel_job(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto state = queue::cancel_job(*call.pool, call.deadline(), own(), *uuid);
    if (!state) {
        return tl::unexpected<Error>(state.error());
    }
    return http::json_response(200, {{"uuid", *uuid}, {"state", *state}});
}

} // namespace bgerp::server
