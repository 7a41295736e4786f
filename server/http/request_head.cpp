#include "server/http/request_head.hpp"

#include "server/http/limits.hpp"
#include "server/http/request_id.hpp"

#include <array>

namespace bgerp::http {

namespace {

constexpr std::array<std::string_view, 5> single_fields{
    "Host", "Authorization", "Content-Type", "Idempotency-Key", "Content-Length"};

Problem malformed(std::string detail) {
    return {400, "malformed_request", std::move(detail), {}};
}

} // namespace

std::optional<Problem> complete_head(
    Request& request, std::string_view method, std::string_view target, unsigned version
) {
    request.request_id = request_id_from(request.headers.find("X-Request-Id"));
    request.method = parse_method(method);
    if (version != 11 && version != 10) {
        return Problem{505, "http_version", "this server speaks HTTP/1.1", {}};
    }
    if (target.size() > target_bytes_max) {
        return Problem{414, "target_too_long", "the request target is too long", {}};
    }
    for (const std::string_view name : single_fields) {
        if (request.headers.count(name) > 1) {
            return malformed("more than one " + std::string(name) + " field");
        }
    }
    if (version == 11 && request.headers.find("Host").empty()) {
        return malformed("a request needs a Host field");
    }
    const std::string_view expect = request.headers.find("Expect");
    if (!expect.empty() && !equal_ignoring_case(expect, "100-continue")) {
        return Problem{417, "expectation_failed", "unknown expectation", {}};
    }
    auto parsed = parse_target(target);
    if (!parsed) {
        return malformed(parsed.error().message);
    }
    request.target = std::move(*parsed);
    return std::nullopt;
}

} // namespace bgerp::http
