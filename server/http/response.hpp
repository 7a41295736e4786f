// What a route answers: status, fields and a body that is text or a stretch of an open file. Built
// by the functions below or by problem.hpp; the session adds Date, Content-Length and Connection.
// A value type.
#pragma once

#include "base/json.hpp"
#include "server/http/headers.hpp"
#include "server/http/open_file.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace bgerp::http {

/// `length` bytes of a file from `offset`, sent in bounded pieces.
struct FileBody {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct Response {
    int status = 200;
    Headers headers;
    std::variant<std::string, FileBody> body;
    std::string code; // of a problem, for the access log
    /// There is nothing to say yet: the application is to be asked again after so long, unless the
    /// client has gone or the server stops. Nobody's thread waits meanwhile.
    std::optional<std::chrono::milliseconds> again_after;

    [[nodiscard]] std::uint64_t body_size() const;
};

[[nodiscard]] Response json_response(int status, const Json& value);

[[nodiscard]] Response text_response(int status, std::string content_type, std::string text);

/// 204.
[[nodiscard]] Response no_content();

/// Adds a field to a response and hands it on: `return with_header(json_response(…), "Location",
/// …)`.
[[nodiscard]] Response with_header(Response response, std::string_view name, std::string value);

} // namespace bgerp::http
