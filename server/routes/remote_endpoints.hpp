// The rows of remote workers in the table of all endpoints (endpoints.hpp). Constants.
#pragma once

#include "server/middleware/endpoint.hpp"

#include <span>

namespace bgerp::server {

[[nodiscard]] std::span<const Endpoint> remote_endpoints();

} // namespace bgerp::server
