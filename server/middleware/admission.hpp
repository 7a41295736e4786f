// The checks between a request's head and its route: media type, host, token, rights, body. Each
// fills its part of the Call. check_media_type and parse_body don't block, the others do.
#pragma once

#include "server/http/problem.hpp"
#include "server/middleware/call.hpp"

#include <optional>

namespace bgerp::server {

/// 415 when the endpoint takes a body and the request brings one of another type.
[[nodiscard]] std::optional<http::Problem>
check_media_type(const http::Request& request, const Endpoint& endpoint);

/// Fills host_org, token, tenant and pool as the endpoint's access wants them. unauthorized,
/// forbidden, not_found as Authentication and Tenancy say.
[[nodiscard]] Result<void> admit_caller(Call& call);

/// Gives the request a file in the tenant's storage to be streamed into. too_large when the
/// announced size is beyond the limit.
[[nodiscard]] Result<void> open_upload(Call& call);

/// Parses and checks a JSON body. 400 when it isn't JSON, 422 when it isn't what the endpoint
/// takes.
[[nodiscard]] std::optional<http::Problem> parse_body(Call& call);

} // namespace bgerp::server
