// The id that ties a request's answer, its log lines and its jobs together. Pure but for the
// randomness of a new one.
#pragma once

#include <string>
#include <string_view>

namespace bgerp::http {

/// `offered` (a client's X-Request-Id) when it is 8–64 letters, digits, '.', '_' or '-';
/// otherwise a new UUID.
[[nodiscard]] std::string request_id_from(std::string_view offered);

} // namespace bgerp::http
