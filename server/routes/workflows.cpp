#include "server/routes/workflows.hpp"

#include "server/middleware/idempotency.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "tenant_db/queue/workflow_document.hpp"

namespace bgerp::server {

namespace {

const queue::QueueSchema& own() {
    static const queue::QueueSchema schema = queue::QueueSchema::current();
    return schema;
}

Result<queue::NewWorkflow> new_workflow_of(const Call& call) {
    auto workflow = queue::read_workflow(call.body, [&](const Json& job, const std::string& path) {
        return check_fields(job, job_fields, path).and_then([&] {
            return new_job_of(job, call.services.kinds, path);
        });
    });
    if (!workflow) {
        return workflow;
    }
    std::vector<queue::NewJob> jobs;
    for (queue::NewStep& step : workflow->steps) {
        jobs.push_back(std::move(step.job));
    }
    if (auto sealed = seal_jobs(call, jobs); !sealed) {
        return tl::unexpected<Error>(std::move(sealed.error()));
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        workflow->steps[i].job = std::move(jobs[i]);
    }
    return workflow;
}

Result<http::Response> shown(Call& call, int status) {
    const auto workflow =
        queue::show_workflow(*call.pool->acquire(call.deadline()), own(), call.path_param());
    if (!workflow) {
        return tl::unexpected<Error>(workflow.error());
    }
    return http::json_response(status, *workflow);
}

} // namespace

Result<http::Response> create_workflow(Call& call) {
    const auto workflow = new_workflow_of(call);
    if (!workflow) {
        return tl::unexpected<Error>(workflow.error());
    }
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto id = queue::create_workflow(
                transaction,
                own(),
                *workflow,
                enqueue_limits(call.services.config)
            );
            if (!id) {
                return tl::unexpected<Error>(id.error());
            }
            return http::with_header(
                http::json_response(202, {{"id", *id}, {"total", workflow->steps.size()}}),
                "Location",
                "/api/v1/workflows/" + *id
            );
        }
    );
    call.ring();
    return response;
}

Result<http::Response> list_workflows(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    if (!limit) {
        return tl::unexpected<Error>(limit.error());
    }
    return http::json_response(
        200,
        {{"workflows",
          queue::list_workflows(
              *call.pool->acquire(call.deadline()),
              own(),
              static_cast<std::size_t>(*limit)
          )}}
    );
}

Result<http::Response> show_workflow(Call& call) {
    return shown(call, 200);
}

Result<http::Response> cancel_workflow(Call& call) {
    const auto cancelled =
        queue::cancel_workflow(*call.pool, call.deadline(), own(), call.path_param());
    if (!cancelled) {
        return tl::unexpected<Error>(cancelled.error());
    }
    return shown(call, 200);
}

Result<http::Response> retry_workflow(Call& call) {
    const auto retried =
        queue::retry_workflow(*call.pool, call.deadline(), own(), call.path_param());
    if (!retried) {
        return tl::unexpected<Error>(retried.error());
    }
    call.ring();
    return shown(call, 202);
}

Result<http::Response> send_signal(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto sent = queue::send_signal(
        *call.pool,
        call.deadline(),
        own(),
        *uuid,
        call.path_param(1),
        json_field(call.body, "payload")
    );
    if (!sent) {
        return tl::unexpected<Error>(sent.error());
    }
    if (sent->woke) {
        call.ring();
    }
    return http::json_response(
        202,
        {{"uuid", *uuid}, {"signal", call.path_param(1)}, {"woke", sent->woke}}
    );
}

} // namespace bgerp::server
