#include "server/routes/limits.hpp"

#include "tenant_db/queue/limit.hpp"
#include "tenant_db/queue/pause.hpp"

namespace bgerp::server {

namespace {

using queue::PauseScope;
using queue::QueueSchema;

constexpr std::int64_t ten_years_s = 315'360'000;

queue::Limit limit_of(const Call& call) {
    const Json& body = call.body;
    queue::Limit limit;
    limit.name = call.path_param();
    limit.kind = text_field(body, "kind").value_or("");
    limit.queue = text_field(body, "queue").value_or("");
    limit.by = text_field(body, "by").value_or("");
    limit.concurrency = integer_field(body, "concurrency");
    limit.rate = integer_field(body, "rate").value_or(0);
    limit.period_s = integer_field(body, "period_s").value_or(limit.period_s);
    limit.burst = integer_field(body, "burst").value_or(0);
    queue::BreakerRule& breaker = limit.breaker;
    breaker.failures = integer_field(body, "breaker_failures").value_or(0);
    breaker.window_s = integer_field(body, "breaker_window_s").value_or(breaker.window_s);
    breaker.open_s = integer_field(body, "breaker_open_s").value_or(breaker.open_s);
    return limit;
}

Json paused_json(const queue::PauseTarget& target, bool paused) {
    Json json{{"scope", queue::scope_name(target.scope)}, {"paused", paused}};
    if (target.scope != PauseScope::all) {
        json[queue::scope_name(target.scope)] = target.name;
    }
    return json;
}

Result<http::Response> pause(Call& call, const queue::PauseTarget& target) {
    const auto seconds = integer_query(call, "for_s", 0, 1, ten_years_s);
    if (!seconds) {
        return tl::unexpected<Error>(seconds.error());
    }
    const auto paused = queue::pause(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        target,
        *seconds > 0 ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt
    );
    if (!paused) {
        return tl::unexpected<Error>(paused.error());
    }
    call.ring();
    return http::json_response(200, paused_json(target, true));
}

Result<http::Response> resume(Call& call, const queue::PauseTarget& target) {
    queue::resume(*call.pool->acquire(call.deadline()), QueueSchema::current(), target);
    call.ring();
    return http::json_response(200, paused_json(target, false));
}

} // namespace

Result<http::Response> list_limits(Call& call) {
    Json limits = Json::array();
    for (const queue::Limit& limit :
         queue::limits(*call.pool->acquire(call.deadline()), QueueSchema::current())) {
        limits.push_back(queue::limit_to_json(limit));
    }
    return http::json_response(200, {{"limits", std::move(limits)}});
}

Result<http::Response> show_limit(Call& call) {
    Json keys = Json::array();
    for (const queue::KeyUse& use : queue::limit_use(
             *call.pool->acquire(call.deadline()),
             QueueSchema::current(),
             call.path_param()
         )) {
        keys.push_back(
            {{"key", use.key},
             {"permits", use.permits},
             {"blocked", use.blocked},
             {"breaker", use.breaker}}
        );
    }
    return http::json_response(200, {{"name", call.path_param()}, {"keys", std::move(keys)}});
}

Result<http::Response> put_limit(Call& call) {
    const queue::Limit limit = limit_of(call);
    const auto set =
        queue::set_limit(*call.pool->acquire(call.deadline()), QueueSchema::current(), limit);
    if (!set) {
        return tl::unexpected<Error>(set.error());
    }
    call.ring();
    return http::json_response(200, queue::limit_to_json(limit));
}

Result<http::Response> delete_limit(Call& call) {
    const auto removed = queue::remove_limit(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        call.path_param()
    );
    if (!removed) {
        return tl::unexpected<Error>(removed.error());
    }
    call.ring();
    return http::no_content();
}

Result<http::Response> reset_limit(Call& call) {
    const auto count = queue::reset_breaker(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        call.path_param()
    );
    call.ring();
    return http::json_response(200, {{"name", call.path_param()}, {"reset", count}});
}

Result<http::Response> list_pauses(Call& call) {
    Json pauses = Json::array();
    for (const queue::Pause& found :
         queue::pauses(*call.pool->acquire(call.deadline()), QueueSchema::current())) {
        pauses.push_back(queue::pause_to_json(found));
    }
    return http::json_response(200, {{"pauses", std::move(pauses)}});
}

Result<http::Response> pause_queue(Call& call) {
    return pause(call, {PauseScope::queue, call.path_param()});
}

Result<http::Response> resume_queue(Call& call) {
    return resume(call, {PauseScope::queue, call.path_param()});
}

Result<http::Response> pause_kind(Call& call) {
    return pause(call, {PauseScope::kind, call.path_param()});
}

Result<http::Response> resume_kind(Call& call) {
    return resume(call, {PauseScope::kind, call.path_param()});
}

Result<http::Response> pause_all(Call& call) {
    return pause(call, {PauseScope::all, {}});
}

Result<http::Response> resume_all(Call& call) {
    return resume(call, {PauseScope::all, {}});
}

} // namespace bgerp::server
