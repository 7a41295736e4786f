#include "server/middleware/guard.hpp"

namespace bgerp::server {

namespace {

constexpr const char* our_fault = "something went wrong on our side; the log has it under this id";

http::Response answer(const http::Request& request, Error error) {
    if (error.code == ErrorCode::internal) {
        error.message = our_fault;
        error.field.clear();
    }
    return http::problem_response(http::problem_of(error), request.request_id);
}

void log_failure(const http::Request& request, ErrorCode code, const std::string& what) {
    const bool ours = code == ErrorCode::internal;
    log_event(
        ours ? LogLevel::error : LogLevel::warn,
        "request failed",
        {{"request", request.request_id},
         {"path", request.target.path},
         {"code", std::string(error_code_name(code))},
         {"error", what}}
    );
}

} // namespace

http::Response problem_of_error(const http::Request& request, const Error& error) {
    if (error.code == ErrorCode::internal || !error.detail.empty()) {
        log_failure(request, error.code, error.message + ": " + error.detail);
    }
    return answer(request, error);
}

http::Response
problem_of_exception(const http::Request& request, const std::exception& error) noexcept {
    try {
        const auto* failure = dynamic_cast<const Failure*>(&error);
        const ErrorCode code = failure != nullptr ? failure->error().code : ErrorCode::internal;
        log_failure(request, code, error.what());
        return answer(request, failure != nullptr ? failure->error() : Error{});
    } catch (const std::exception&) { // no memory for an answer: an empty one says enough
        http::Response response;
        response.status = 500;
        return response;
    }
}

} // namespace bgerp::server
