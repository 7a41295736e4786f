// The catch at the edge of a request: what routes return or throw becomes a problem document, and
// what is for us alone becomes a log line with the request's id.
#pragma once

#include "base/log.hpp"
#include "server/http/problem.hpp"
#include "server/http/request.hpp"

#include <exception>

namespace bgerp::server {

/// The answer to an expected error; its `detail` is logged.
[[nodiscard]] http::Response problem_of_error(const http::Request& request, const Error& error);

/// The answer to an exception, which is logged. Messages of unexpected errors stay in the log.
[[nodiscard]] http::Response
problem_of_exception(const http::Request& request, const std::exception& error) noexcept;

/// Runs `fn` and returns its response, or the problem of what it threw.
template <class Fn>
http::Response guarded(const http::Request& request, Fn fn) noexcept {
    try {
        return fn();
    } catch (const std::exception& error) {
        return problem_of_exception(request, error);
    }
}

} // namespace bgerp::server
