#include "server/middleware/api_application.hpp"

#include "base/log.hpp"
#include "server/http/problem.hpp"
#include "server/http/upload_file.hpp"
#include "server/middleware/admission.hpp"
#include "server/middleware/guard.hpp"

namespace bgerp::server {

namespace {

constexpr std::size_t bytes_per_kib = 1024;

std::vector<http::RoutePattern> patterns_of(std::span<const Endpoint> endpoints) {
    std::vector<http::RoutePattern> patterns;
    for (const Endpoint& endpoint : endpoints) {
        patterns.push_back({endpoint.method, endpoint.path});
    }
    return patterns;
}

http::Response no_endpoint(const http::Request& request, const std::string& allow) {
    if (allow.empty()) {
        return http::problem_response(
            {404, "not_found", "there is no such resource", {}},
            request.request_id
        );
    }
    if (request.method == http::Method::options) {
        return http::with_header(http::no_content(), "Allow", allow);
    }
    return http::with_header(
        http::problem_response(
            {405, "method_not_allowed", "the resource has other methods", {}},
            request.request_id
        ),
        "Allow",
        allow
    );
}

Call& call_of(http::Request& request) {
    return static_cast<Call&>(*request.state);
}

} // namespace

ApiApplication::ApiApplication(std::span<const Endpoint> endpoints, Services& services)
    : endpoints_(endpoints)
    , services_(services)
    , router_(patterns_of(endpoints)) {}

http::Plan ApiApplication::plan(http::Request& request) noexcept {
    http::Plan plan;
    request.endpoint = endpoints_.size();
    plan.refusal = guarded(request, [&] {
        plan = plan_unguarded(request);
        return std::move(plan.refusal);
    });
    return plan;
}

http::Plan ApiApplication::plan_unguarded(http::Request& request) {
    http::Plan plan;
    http::RouteMatch match = router_.match(request.method, request.target.segments);
    if (!match.found) {
        plan.refusal = no_endpoint(request, match.allow);
        return plan;
    }
    const Endpoint& endpoint = endpoints_[match.index];
    request.endpoint = match.index;
    request.path_params = std::move(match.path_params);
    if (auto refused = check_media_type(request, endpoint)) {
        plan.refusal = http::problem_response(*refused, request.request_id);
        return plan;
    }
    request.state = std::make_unique<Call>(request, services_, endpoint);
    plan.run = endpoint.runs == Runs::on_network_thread ? http::Plan::Run::on_network_thread
                                                        : http::Plan::Run::blocking;
    plan.body =
        endpoint.body == BodyKind::upload ? http::Plan::Body::stream : http::Plan::Body::memory;
    plan.body_bytes_max =
        static_cast<std::size_t>(services_.config.server.body_kib_max) * bytes_per_kib;
    return plan;
}

bool ApiApplication::admit(http::Request& request, http::Response& refusal) noexcept {
    bool admitted = false;
    refusal = guarded(request, [&]() -> http::Response {
        Call& call = call_of(request);
        if (auto allowed = admit_caller(call); !allowed) {
            return problem_of_error(request, allowed.error());
        }
        if (auto opened = open_upload(call); !opened) {
            return problem_of_error(request, opened.error());
        }
        admitted = true;
        return {};
    });
    return admitted;
}

http::Response ApiApplication::handle(http::Request& request) noexcept {
    const LogScope scope("request", request.request_id);
    http::Response response = guarded(request, [&] { return run_unguarded(call_of(request)); });
    request.sink.reset(); // a file that nobody kept is gone before the client has its answer
    return response;
}

http::Response ApiApplication::run_unguarded(Call& call) {
    http::Request& request = call.request;
    if (request.deadline.passed()) { // it waited in the queue for longer than anybody would
        return http::problem_response(
            {503, "overloaded", "the server is busy; try again", {}},
            request.request_id
        );
    }
    if (call.endpoint.body != BodyKind::upload) { // of an upload the caller is known already
        if (auto allowed = admit_caller(call); !allowed) {
            return problem_of_error(request, allowed.error());
        }
    }
    if (call.endpoint.body == BodyKind::json) {
        if (auto refused = parse_body(call)) {
            return http::problem_response(*refused, request.request_id);
        }
    }
    const LogScope scope("tenant", call.tenant ? call.tenant->code.str() : std::string());
    auto response = call.endpoint.run(call);
    return response ? std::move(*response) : problem_of_error(request, response.error());
}

void ApiApplication::finished(
    const http::Request& request, const http::Response& response, bool sent
) noexcept {
    try {
        const auto duration = std::chrono::steady_clock::now() - request.began;
        const auto* call = static_cast<const Call*>(request.state.get());
        services_.metrics.observe(
            call == nullptr ? endpoints_.size() : request.endpoint,
            response.status,
            duration
        );
        const auto microseconds =
            std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
        const bool known = call != nullptr && call->token.has_value();
        log_info(
            "request",
            {{"request", request.request_id},
             {"tenant", known ? call->token->org_code : std::string()},
             {"account", known ? std::to_string(call->token->account_id) : std::string()},
             {"peer", request.peer},
             {"method", std::string(http::method_name(request.method))},
             {"path", request.target.path},
             {"status", std::to_string(response.status)},
             {"code", response.code},
             {"bytes", std::to_string(response.body_size())},
             {"us", std::to_string(microseconds)},
             {"sent", sent ? "yes" : "no"}}
        );
    } catch (const std::exception&) { // a lost log line must not cost the connection
        return;
    }
}

} // namespace bgerp::server
