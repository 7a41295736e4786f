// The table of all endpoints: the one place that says what the API is. Constants.
#pragma once

#include "server/middleware/endpoint.hpp"

#include <span>
#include <string>
#include <vector>

namespace bgerp::server {

[[nodiscard]] std::span<const Endpoint> all_endpoints();

/// "GET /api/v1/jobs" …, in the table's order: the labels of the metrics.
[[nodiscard]] std::vector<std::string> endpoint_labels(std::span<const Endpoint> endpoints);

} // namespace bgerp::server
