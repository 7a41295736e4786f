// For those who watch the server: is it alive, can it serve, what has it counted, what can be asked
// of it. Open to anybody who reaches the port; nothing in them is a tenant's.
#pragma once

#include "server/middleware/call.hpp"

namespace bgerp::server {

/// GET /livez: 200 as long as the event loop turns. Not blocking.
[[nodiscard]] Result<http::Response> livez(Call& call);

/// GET /readyz: 200 when the core database answers, else 503. Blocking.
[[nodiscard]] Result<http::Response> readyz(Call& call);

/// GET /metrics. Not blocking.
[[nodiscard]] Result<http::Response> metrics(Call& call);

/// GET /openapi.json. Not blocking.
[[nodiscard]] Result<http::Response> openapi(Call& call);

} // namespace bgerp::server
