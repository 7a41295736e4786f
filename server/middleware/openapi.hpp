// The OpenAPI 3.1 document, made from the table of endpoints, so that it can't say otherwise. Pure
// code; made once at start.
#pragma once

#include "base/json.hpp"
#include "server/middleware/endpoint.hpp"

#include <span>

namespace bgerp::server {

[[nodiscard]] Json openapi_document(std::span<const Endpoint> endpoints);

} // namespace bgerp::server
