// What a request's head must fulfil beyond HTTP's grammar, and the parts of Request that follow
// from it. Pure code.
#pragma once

#include "server/http/problem.hpp"
#include "server/http/request.hpp"

#include <optional>
#include <string_view>

namespace bgerp::http {

/// Fills method, target and request_id of a request whose fields are there. `version` is 10 or 11.
/// Returns the problem when the head must be refused: two fields where one decides (Host,
/// Authorization …: a proxy and we might pick different ones), no Host, an expectation we don't
/// know, a target that is too long or can't be decoded.
[[nodiscard]] std::optional<Problem>
complete_head(Request& request, std::string_view method, std::string_view target, unsigned version);

} // namespace bgerp::http
