#include "server/routes/batches.hpp"

#include "server/middleware/idempotency.hpp"
#include "tenant_db/queue/batch.hpp"

namespace bgerp::server {

namespace {

// One of then, catch, finally; nothing when it isn't given.
Result<std::optional<queue::NewJob>> callback_of(const Call& call, const char* name) {
    const Json& body = json_field(call.body, name);
    if (body.is_null()) {
        return std::nullopt;
    }
    const std::string path = std::string(name) + ".";
    if (auto checked = check_fields(body, job_fields, path); !checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    auto job = new_job_of(body, call.services.kinds, path);
    if (!job) {
        return tl::unexpected<Error>(std::move(job.error()));
    }
    std::vector<queue::NewJob> jobs{std::move(*job)};
    if (auto sealed = seal_jobs(call, jobs); !sealed) {
        return tl::unexpected<Error>(std::move(sealed.error()));
    }
    return std::move(jobs.front());
}

Result<queue::NewBatch> new_batch_of(const Call& call) {
    queue::NewBatch batch;
    batch.name = text_field(call.body, "name").value_or("");
    batch.allow_failures = boolean_field(call.body, "allow_failures", false);
    auto jobs = new_jobs_of(json_field(call.body, "jobs"), call.services.kinds, "jobs");
    if (!jobs) {
        return tl::unexpected<Error>(std::move(jobs.error()));
    }
    if (auto sealed = seal_jobs(call, *jobs); !sealed) {
        return tl::unexpected<Error>(std::move(sealed.error()));
    }
    batch.jobs = std::move(*jobs);
    for (auto& [name, callback] :
         {std::pair("then", &batch.then_job),
          std::pair("catch", &batch.catch_job),
          std::pair("finally", &batch.finally_job)}) {
        auto job = callback_of(call, name);
        if (!job) {
            return tl::unexpected<Error>(std::move(job.error()));
        }
        *callback = std::move(*job);
    }
    return batch;
}

} // namespace

Result<http::Response> create_batch(Call& call) {
    const auto batch = new_batch_of(call);
    if (!batch) {
        return tl::unexpected<Error>(batch.error());
    }
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto id = queue::create_batch(transaction, queue::QueueSchema::current(), *batch);
            if (!id) {
                return tl::unexpected<Error>(id.error());
            }
            return http::with_header(
                http::json_response(202, {{"id", *id}, {"total", batch->jobs.size()}}),
                "Location",
                "/api/v1/batches/" + *id
            );
        }
    );
    call.ring();
    return response;
}

Result<http::Response> list_batches(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    if (!limit) {
        return tl::unexpected<Error>(limit.error());
    }
    Json batches = Json::array();
    for (const auto& batch : queue::list_batches(
             *call.pool->acquire(call.deadline()),
             queue::QueueSchema::current(),
             static_cast<std::size_t>(*limit)
         )) {
        batches.push_back(to_json(batch));
    }
    return http::json_response(200, {{"batches", std::move(batches)}});
}

Result<http::Response> show_batch(Call& call) {
    const auto batch = queue::find_batch(
        *call.pool->acquire(call.deadline()),
        queue::QueueSchema::current(),
        call.path_param()
    );
    if (!batch) {
        return tl::unexpected<Error>(batch.error());
    }
    return http::json_response(200, to_json(*batch));
}

Result<http::Response> cancel_batch(Call& call) {
    const auto cancelled = queue::cancel_batch(
        *call.pool,
        call.deadline(),
        queue::QueueSchema::current(),
        call.path_param()
    );
    if (!cancelled) {
        return tl::unexpected<Error>(cancelled.error());
    }
    return http::json_response(200, {{"id", call.path_param()}, {"cancelled", true}});
}

} // namespace bgerp::server
