// Errors as RFC 9457 problem documents: {"type","title","status","code","detail","field",
// "request_id"}. `code` is what programs branch on and never changes; what a database or an
// exception said goes to the log, not in here. Pure code.
#pragma once

#include "base/error.hpp"
#include "server/http/response.hpp"

#include <string>
#include <string_view>

namespace bgerp::http {

struct Problem {
    int status = 500;
    std::string code;
    std::string detail; // a sentence for people
    std::string field;  // the input field it is about, or empty
};

/// The problem of an expected error, by base/error's tables.
[[nodiscard]] Problem problem_of(const Error& error);

/// Renders it. 503 and 429 carry Retry-After, 401 WWW-Authenticate.
[[nodiscard]] Response problem_response(const Problem& problem, std::string_view request_id);

} // namespace bgerp::http
