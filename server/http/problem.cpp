#include "server/http/problem.hpp"

#include "server/http/response_head.hpp"

namespace bgerp::http {

namespace {

// Long enough for a restarted database, short enough for a person.
constexpr const char* retry_after_s = "2";
constexpr const char* retry_after_limited_s = "60";

} // namespace

Problem problem_of(const Error& error) {
    return {
        http_status(error.code),
        std::string(error_code_name(error.code)),
        error.message,
        error.field};
}

Response problem_response(const Problem& problem, std::string_view request_id) {
    Json document = {
        {"type", "about:blank"},
        {"title", status_text(problem.status)},
        {"status", problem.status},
        {"code", problem.code},
        {"request_id", request_id}};
    if (!problem.detail.empty()) {
        document["detail"] = problem.detail;
    }
    if (!problem.field.empty()) {
        document["field"] = problem.field;
    }
    Response response =
        text_response(problem.status, "application/problem+json", to_text(document));
    response.code = problem.code;
    if (problem.status == 503) {
        response.headers.add("Retry-After", retry_after_s);
    } else if (problem.status == 429) {
        response.headers.add("Retry-After", retry_after_limited_s);
    } else if (problem.status == 401) {
        response.headers.add("WWW-Authenticate", "Bearer");
    }
    return response;
}

} // namespace bgerp::http
