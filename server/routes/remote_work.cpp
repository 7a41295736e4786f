#include "server/routes/remote_work.hpp"

#include "base/log.hpp"
#include "core_db/args_key.hpp"
#include "tenant_db/queue/remote_work.hpp"
#include "tenant_db/queue/sealed_args.hpp"

#include <algorithm>
#include <random>

namespace bgerp::server {

namespace {

// How often a waiting reservation looks: soon enough for a person, seldom enough for hundreds of
// waiting workers.
constexpr std::chrono::milliseconds look_again{250};

// What is left of a request's time for the last look and the answer.
constexpr std::chrono::seconds answer_time{5};

const queue::QueueSchema& own() {
    static const queue::QueueSchema schema = queue::QueueSchema::current();
    return schema;
}

double random01() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(random);
}

queue::RemoteRules rules_of(const Config& config) {
    queue::RemoteRules rules;
    rules.lease = {config.queue.lease_s, config.queue.retry_after_s};
    rules.attempts.max_tries = config.queue.max_tries;
    rules.attempts.rescues_max = config.queue.rescues_max;
    return rules;
}

Json job_json(const Call& call, const queue::RemoteJob& job) {
    const queue::Envelope& envelope = job.envelope;
    const std::int64_t tries = job.job.fence.attempts - job.job.interruptions;
    return {
        {"uuid", envelope.uuid},
        {"kind", envelope.kind},
        {"queue", job.job.key.queue},
        {"priority", job.job.key.priority},
        {"attempt", std::max<std::int64_t>(tries, 1)},
        {"args", envelope.args},
        {"tags", envelope.tags},
        {"batch_id", envelope.batch_id.empty() ? Json() : Json(envelope.batch_id)},
        {"timeout_s", envelope.timeout_s ? Json(*envelope.timeout_s) : Json()},
        {"lease", queue::seal_lease(job.lease, call.tenant->database, call.services.lease_key)},
        {"lease_s", call.services.config.queue.lease_s}};
}

// Arguments that only the worker reads are opened for it: the way there is the connection's to
// keep safe.
Result<void> open_args(const Call& call, queue::RemoteJob& job) {
    if (!job.envelope.encrypted) {
        return {};
    }
    const auto key = core_db::args_key(call.services.config.security, call.tenant->org_id);
    return queue::open_args(job.envelope, key.value_or(""));
}

bool may_wait(const Call& call, std::int64_t wait_s) {
    const auto now = std::chrono::steady_clock::now();
    const auto patience = call.request.began + std::chrono::seconds(wait_s);
    return now + look_again < std::min(patience, call.deadline().at() - answer_time);
}

// What the calls about one job have in common.
struct Held {
    std::string uuid;
    queue::RemoteLease lease;
};

Result<Held> held_of(const Call& call) {
    auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    auto lease = queue::open_lease(
        *text_field(call.body, "lease"),
        call.tenant->database,
        call.services.lease_key
    );
    if (!lease) {
        return tl::unexpected<Error>(lease.error());
    }
    return Held{std::move(*uuid), std::move(*lease)};
}

void count(const Call& call, const queue::RemoteWork& work) {
    if (call.services.config.queue.stats_keep_h > 0) {
        call.services.remote_stats.add(*call.tenant, work.counted());
    }
}

// Opens the lease, asks the queue, shows what became of the job.
template <class Ask>
Result<http::Response> end_of(Call& call, Ask ask) {
    const auto held = held_of(call);
    if (!held) {
        return tl::unexpected<Error>(held.error());
    }
    const queue::RemoteRules rules = rules_of(call.services.config);
    queue::RemoteWork work(*call.pool, call.deadline(), own(), rules, system_clock());
    const Result<queue::RemoteEnd> end = ask(work, *held);
    count(call, work);
    if (!end) {
        return tl::unexpected<Error>(end.error());
    }
    call.ring(); // the end may have made others: a batch's callback, the next try
    return http::json_response(
        200,
        {{"uuid", held->uuid},
         {"state", end->state},
         {"delay_s", end->delay_s},
         {"repeated", end->repeated}}
    );
}

} // namespace

Result<http::Response> reserve_jobs(Call& call) {
    const queue::RemoteRules rules = rules_of(call.services.config);
    queue::RemoteOrder order;
    order.queue = call.path_param();
    order.limit = static_cast<std::size_t>(integer_field(call.body, "limit").value_or(1));
    queue::RemoteWork work(*call.pool, call.deadline(), own(), rules, system_clock());
    queue::RemoteClaim claim = work.reserve(order);
    Json jobs = Json::array();
    for (queue::RemoteJob& job : claim.jobs) {
        if (const auto opened = open_args(call, job); opened) {
            jobs.push_back(job_json(call, job));
        } else {
            const queue::RemoteFailure failure{opened.error().message, "forbidden", false, {}};
            static_cast<void>(work.fail(job.lease, job.envelope.uuid, failure, 0));
        }
    }
    count(call, work);
    if (!claim.jobs.empty()) {
        log_info(
            "jobs reserved by a remote worker",
            {{"worker", text_field(call.body, "worker").value_or("")},
             {"queue", order.queue},
             {"jobs", std::to_string(claim.jobs.size())}}
        );
    }
    const bool again =
        claim.jobs.empty() && may_wait(call, integer_field(call.body, "wait_s").value_or(0));
    http::Response response =
        http::json_response(200, {{"jobs", std::move(jobs)}, {"paused", claim.paused}});
    if (again) {
        response.again_after = look_again;
    }
    return response;
}

Result<http::Response> heartbeat_job(Call& call) {
    const auto held = held_of(call);
    if (!held) {
        return tl::unexpected<Error>(held.error());
    }
    const queue::RemoteRules rules = rules_of(call.services.config);
    queue::RemoteWork work(*call.pool, call.deadline(), own(), rules, system_clock());
    const queue::RemoteProgress progress{
        integer_field(call.body, "progress"),
        text_field(call.body, "message").value_or("")};
    const auto stop = work.heartbeat(held->lease, held->uuid, progress);
    if (!stop) {
        return tl::unexpected<Error>(stop.error());
    }
    const bool cancelled = *stop == queue::StopReason::cancelled;
    Json reason;
    if (*stop != queue::StopReason::none) {
        reason = cancelled ? "cancelled" : "timeout";
    }
    return http::json_response(
        200,
        {{"uuid", held->uuid},
         {"stop", *stop != queue::StopReason::none},
         {"reason", std::move(reason)},
         {"lease_s", call.services.config.queue.lease_s}}
    );
}

Result<http::Response> complete_job(Call& call) {
    const Json& output = json_field(call.body, "output");
    return end_of(call, [&](queue::RemoteWork& work, const Held& held) {
        return work.complete(held.lease, held.uuid, output.is_null() ? "" : to_text(output));
    });
}

Result<http::Response> fail_job(Call& call) {
    const queue::RemoteFailure failure{
        *text_field(call.body, "error"),
        text_field(call.body, "code").value_or(""),
        boolean_field(call.body, "retryable", true),
        integer_field(call.body, "retry_after_s")};
    return end_of(call, [&](queue::RemoteWork& work, const Held& held) {
        return work.fail(held.lease, held.uuid, failure, random01());
    });
}

Result<http::Response> release_job(Call& call) {
    const std::int64_t delay_s = integer_field(call.body, "delay_s").value_or(0);
    return end_of(call, [&](queue::RemoteWork& work, const Held& held) {
        return work.release(held.lease, held.uuid, delay_s);
    });
}

} // namespace bgerp::server
