#include "server/routes/queues.hpp"

#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tenant_db/queue/pause.hpp"

#include <map>
#include <set>

namespace bgerp::server {

namespace {

constexpr std::int64_t offset_max = 1'000'000;
constexpr std::chrono::minutes recent{5};

queue::QueueStats of_name(const std::string& name) {
    queue::QueueStats stats;
    stats.queue = name;
    return stats;
}

Json stats_json(const queue::QueueStats& stats, bool paused, Json lately) {
    Json shown = queue::stats_to_json(stats);
    shown["paused"] = paused;
    shown["recent"] = std::move(lately);
    return shown;
}

} // namespace

Result<http::Response> list_queues(Call& call) {
    const auto session = call.pool->acquire(call.deadline());
    const auto schema = queue::QueueSchema::current();
    const auto names = queue::paused_queues(*session, schema);
    std::set<std::string> paused(names.begin(), names.end());
    const auto sums = queue::read_stats(*session, schema, {recent, false, ""});
    std::map<std::string, queue::JobCounts> lately;
    for (const queue::JobStat& stat : sums.stats) {
        lately[stat.queue] = stat.counts;
    }
    const auto recent_of = [&](const std::string& queue) {
        return queue::counts_to_json(lately[queue], sums.covered);
    };
    Json queues = Json::array();
    for (const auto& stats : queue::queue_stats(*session, schema)) {
        queues.push_back(stats_json(stats, paused.erase(stats.queue) > 0, recent_of(stats.queue)));
    }
    for (const std::string& name : paused) { // without a job at this moment
        queues.push_back(stats_json(of_name(name), true, recent_of(name)));
    }
    return http::json_response(200, {{"queues", std::move(queues)}});
}

Result<http::Response> list_failed_jobs(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    const auto offset = integer_query(call, "offset", 0, 0, offset_max);
    if (!limit || !offset) {
        return tl::unexpected<Error>(limit ? offset.error() : limit.error());
    }
    return http::json_response(
        200,
        {{"failed_jobs",
          queue::list_failed(
              *call.pool->acquire(call.deadline()),
              queue::QueueSchema::current(),
              static_cast<std::size_t>(*limit),
              static_cast<std::size_t>(*offset)
          )}}
    );
}

Result<http::Response> show_failed_job(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto job = queue::show_failed(
        *call.pool->acquire(call.deadline()),
        queue::QueueSchema::current(),
        *uuid
    );
    if (!job) {
        return tl::unexpected<Error>(job.error());
    }
    return http::json_response(200, *job);
}

Result<http::Response> retry_failed_job(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto retried =
        queue::retry_failed(*call.pool, call.deadline(), queue::QueueSchema::current(), *uuid);
    if (!retried) {
        return tl::unexpected<Error>(retried.error());
    }
    call.ring();
    return http::json_response(202, {{"uuid", *uuid}, {"retried", *retried}});
}

Result<http::Response> forget_failed_job(Call& call) {
    const auto uuid = uuid_param(call);
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    const auto forgotten =
        queue::forget_failed(*call.pool, call.deadline(), queue::QueueSchema::current(), *uuid);
    if (!forgotten) {
        return tl::unexpected<Error>(forgotten.error());
    }
    return http::no_content();
}

} // namespace bgerp::server
