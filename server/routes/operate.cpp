#include "server/routes/operate.hpp"

#include "core_db/alert_state.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "tenant_db/queue/prune.hpp"

namespace bgerp::server {

namespace {

using queue::JobOutcome;
using queue::QueueSchema;

constexpr std::int64_t ten_years_s = 315'360'000;

// Whoever removes something says how much of it.
Result<std::chrono::seconds> age_query(const Call& call) {
    if (call.query("older_than_s").empty()) {
        return fail(ErrorCode::invalid_argument, "older_than_s is required", "older_than_s");
    }
    const auto seconds = integer_query(call, "older_than_s", 0, 0, ten_years_s);
    if (!seconds) {
        return tl::unexpected<Error>(seconds.error());
    }
    return std::chrono::seconds(*seconds);
}

Result<JobOutcome> outcome_query(const Call& call) {
    const std::string state = call.query("state");
    for (const JobOutcome outcome :
         {JobOutcome::completed, JobOutcome::cancelled, JobOutcome::failed}) {
        if (state == queue::state_of(outcome)) {
            return outcome;
        }
    }
    return fail(
        ErrorCode::invalid_argument,
        "state must be completed, cancelled or failed",
        "state"
    );
}

} // namespace

Result<http::Response> show_queue_stats(Call& call) {
    constexpr std::int64_t hour_s = 3600;
    constexpr std::int64_t month_s = 2'592'000;
    const auto last = integer_query(call, "last_s", hour_s, 60, month_s);
    const std::string by = call.query("by");
    if (!last) {
        return tl::unexpected<Error>(last.error());
    }
    if (!by.empty() && by != "kind") {
        return fail(ErrorCode::invalid_argument, "by must be kind", "by");
    }
    const auto sums = queue::read_stats(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        {std::chrono::ceil<std::chrono::minutes>(std::chrono::seconds(*last)),
         true,
         call.path_param()}
    );
    queue::JobCounts all;
    Json kinds = Json::array();
    for (const queue::JobStat& stat : sums.stats) {
        all.add(stat.counts);
        Json kind{{"kind", stat.kind}};
        kind.update(queue::counts_to_json(stat.counts, sums.covered));
        kinds.push_back(std::move(kind));
    }
    Json document{{"queue", call.path_param()}};
    document.update(queue::counts_to_json(all, sums.covered));
    if (!by.empty()) {
        document["kinds"] = std::move(kinds);
    }
    return http::json_response(200, document);
}

Result<http::Response> list_alerts(Call& call) {
    Json alerts = Json::array();
    for (const auto& alert : core_db::firing_alerts(
             *call.services.core.acquire(call.deadline()),
             call.tenant->code.str()
         )) {
        alerts.push_back(
            {{"alert", alert.key.rule},
             {"queue", alert.key.queue},
             {"value", alert.value},
             {"began_at", alert.began_at}}
        );
    }
    return http::json_response(200, {{"alerts", std::move(alerts)}});
}

Result<http::Response> prune_jobs(Call& call) {
    const auto outcome = outcome_query(call);
    if (!outcome) {
        return tl::unexpected<Error>(outcome.error());
    }
    const auto age = age_query(call);
    if (!age) {
        return tl::unexpected<Error>(age.error());
    }
    const std::size_t pruned =
        queue::prune_runs(*call.pool, call.deadline(), QueueSchema::current(), *outcome, *age);
    return http::json_response(
        200,
        {{"state", queue::state_of(*outcome)},
         {"pruned", pruned},
         {"more", call.deadline().passed()}}
    );
}

Result<http::Response> prune_failed_jobs(Call& call) {
    const auto age = age_query(call);
    if (!age) {
        return tl::unexpected<Error>(age.error());
    }
    const std::size_t pruned =
        queue::flush_failed(*call.pool, call.deadline(), QueueSchema::current(), *age);
    return http::json_response(200, {{"pruned", pruned}, {"more", call.deadline().passed()}});
}

} // namespace bgerp::server
