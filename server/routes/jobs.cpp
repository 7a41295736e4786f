#include "server/routes/jobs.hpp"

#include "server/middleware/idempotency.hpp"
#include "tenant_db/queue/await_job.hpp"
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

// Of a job that was there already: what it is, not what was asked for.
Json answer_of(
    mysql::Transaction& transaction, const queue::NewJob& job, const queue::Pushed& pushed
) {
    Json answer{
        {"uuid", pushed.uuid},
        {"kind", job.kind},
        {"queue", job.queue},
        {"priority", job.priority},
        {"state", job.delay.count() > 0 ? "scheduled" : "available"}};
    if (job.unique) {
        answer["outcome"] = queue::how_name(pushed.how);
    }
    if (pushed.how == queue::Pushed::How::added) {
        for (const queue::NewJob& link : job.chain) {
            answer["chain"].push_back(link.uuid);
        }
        return answer;
    }
    if (const auto shown = queue::show_job(transaction, own(), pushed.uuid)) {
        for (const char* field : {"queue", "priority", "state"}) {
            answer[field] = (*shown)[field];
        }
    }
    return answer;
}

Json bulk_answer_of(
    const std::vector<queue::NewJob>& jobs, const std::vector<queue::Pushed>& pushed
) {
    Json answer{{"uuids", Json::array()}};
    bool any_unique = false;
    for (std::size_t i = 0; i < pushed.size(); ++i) {
        answer["uuids"].push_back(pushed[i].uuid);
        any_unique = any_unique || jobs[i].unique;
    }
    for (std::size_t i = 0; any_unique && i < pushed.size(); ++i) {
        answer["outcomes"].push_back(queue::how_name(pushed[i].how));
    }
    return answer;
}

// Often while the job may end at once, twice a second when it takes its time: a look is one read by
// key, and between two of them nothing but a timer is held.
std::chrono::milliseconds look_again_after(std::chrono::milliseconds waited) {
    constexpr std::chrono::milliseconds soonest{20};
    constexpr std::chrono::milliseconds latest{500};
    return std::clamp(waited / 4, soonest, latest);
}

} // namespace

Result<http::Response> push_job(Call& call) {
    auto job = new_job_of(call.body, call.services.kinds);
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    std::vector<queue::NewJob> jobs{std::move(*job)};
    if (auto sealed = seal_jobs(call, jobs); !sealed) {
        return tl::unexpected<Error>(std::move(sealed.error()));
    }
    const std::string& org = call.tenant->code.str();
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto pushed =
                queue::push_many(transaction, own(), jobs, enqueue_limits(call.services.config));
            if (!pushed) {
                return tl::unexpected<Error>(pushed.error());
            }
            auto accepted = http::with_header(
                http::json_response(202, answer_of(transaction, jobs.front(), pushed->front())),
                "Location",
                "/api/v1/jobs/" + pushed->front().uuid
            );
            call.services.doorbell.ring_known(early_ring_text(org, jobs.front().queue));
            return accepted;
        }
    );
    call.services.doorbell.ring(ring_text(org, jobs.front().queue));
    return response;
}

Result<http::Response> push_jobs(Call& call) {
    auto jobs = new_jobs_of(call.body["jobs"], call.services.kinds, "jobs");
    if (!jobs) {
        return tl::unexpected<Error>(jobs.error());
    }
    if (auto sealed = seal_jobs(call, *jobs); !sealed) {
        return tl::unexpected<Error>(std::move(sealed.error()));
    }
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto pushed =
                queue::push_many(transaction, own(), *jobs, enqueue_limits(call.services.config));
            if (!pushed) {
                return tl::unexpected<Error>(pushed.error());
            }
            return http::json_response(202, bulk_answer_of(*jobs, *pushed));
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
    queue::JobFilter filter;
    filter.state = call.query("state");
    filter.kind = call.query("kind");
    filter.queue = call.query("queue");
    filter.tag = call.query("tag");
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
    const auto wait = integer_query(call, "wait", 0, 0, job_wait_s_max);
    if (!wait) {
        return tl::unexpected<Error>(wait.error());
    }
    const auto job = queue::show_job(*call.pool->acquire(call.deadline()), own(), *uuid);
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    auto response = http::json_response(200, *job);
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - call.request.began
    );
    const auto left = std::chrono::seconds(*wait) - waited;
    if (!queue::has_ended(*job) && left.count() > 0) {
        // Each look has a request's time of its own.
        const std::chrono::seconds time(call.services.config.server.request_timeout_s);
        call.request.deadline = Deadline::after(time);
        response.again_after = std::min(left, look_again_after(waited));
    }
    return response;
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
