#include "server/routes/health.hpp"

namespace bgerp::server {

namespace {

// A load balancer asks often and gives up early.
constexpr std::chrono::seconds ready_within{2};

} // namespace

Result<http::Response> livez(Call& /*call*/) {
    return http::json_response(200, {{"status", "ok"}});
}

Result<http::Response> readyz(Call& call) {
    const Deadline deadline = Deadline::after(ready_within);
    call.services.core.acquire(deadline)->query("SELECT 1", {}, [](const mysql::Row& /*row*/) {});
    return http::json_response(200, {{"status", "ready"}});
}

Result<http::Response> metrics(Call& call) {
    return http::text_response(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        call.services.metrics.text(call.services.core_stats())
    );
}

Result<http::Response> openapi(Call& call) {
    return http::text_response(200, "application/json", call.services.openapi);
}

} // namespace bgerp::server
