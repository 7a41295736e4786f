// Errors a caller expects (not found, conflict, bad input, lease lost …) travel as `Result<T>`;
// what a caller can't expect (database gone, a bug) is thrown as `Failure`. One list of codes
// serves all programs: the CLI maps a code to an exit status, the server to an HTTP status, the
// worker to a job's outcome. Safe to use from any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace bgerp {

enum class ErrorCode {
    invalid_argument, // the input breaks a rule; `field` says where
    usage,            // a command line that can't be read
    not_found,
    conflict,     // exists already, or its state forbids the change
    unauthorized, // who are you
    forbidden,    // known, but may not
    rate_limited,
    too_large,
    lease_lost, // somebody else owns the job now; nothing was written
    cancelled,
    timeout,
    unavailable, // database down, pool exhausted: worth trying again
    storage_full,
    internal,
};

/// The stable name of a code: what `"code"` holds in JSON output and problem documents.
[[nodiscard]] std::string_view error_code_name(ErrorCode code);

/// The CLI's exit status for a code (docs/contracts.md): 1 failed, 2 usage, 3 not found,
/// 4 conflict, 5 unavailable.
[[nodiscard]] int exit_status(ErrorCode code);

/// The HTTP status for a code.
[[nodiscard]] int http_status(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message; // for the client: no SQL, no host, no secret
    std::string field;   // the input field or line the message is about, or empty
    std::string detail;  // for the log alone
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for the error side of a Result: `return fail(ErrorCode::not_found, "no such job");`.
[[nodiscard]] inline tl::unexpected<Error>
fail(ErrorCode code, std::string message, std::string field = {}, std::string detail = {}) {
    return tl::unexpected<Error>(
        Error{code, std::move(message), std::move(field), std::move(detail)}
    );
}

/// Thrown for what no caller is expected to handle; caught once per request, attempt, tick, main.
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error)
        : std::runtime_error(
              error.detail.empty() ? error.message : error.message + ": " + error.detail
          )
        , error_(std::move(error)) {}

    Failure(ErrorCode code, std::string message, std::string detail = {})
        : Failure(Error{code, std::move(message), {}, std::move(detail)}) {}

    [[nodiscard]] const Error& error() const { return error_; }

private:
    Error error_;
};

/// The value, or the error thrown as Failure: for callers to whom an error is a bug.
template <class T>
T value_or_throw(Result<T> result) {
    if (!result) {
        throw Failure(std::move(result.error()));
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

} // namespace bgerp
