// The head of a response as bytes. Pure code.
#pragma once

#include "server/http/response.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace bgerp::http {

/// The reason phrase of a status this server sends.
[[nodiscard]] std::string_view status_text(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
[[nodiscard]] std::string http_date(std::time_t time);

/// Status line and fields up to the empty line. Values lose CR, LF and NUL, so that nothing a
/// caller stored can add a field of its own.
[[nodiscard]] std::string response_head(
    const Response& response, std::string_view request_id, std::string_view date, bool keep_alive
);

} // namespace bgerp::http
