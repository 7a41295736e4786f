// A workflow as text for a terminal: a line a step, after the steps it waits for, indented by how
// many wait before it. Pure code.
#pragma once

#include "base/json.hpp"

#include <string>

namespace bgerp::cli {

/// `workflow` as queue::show_workflow gives it. Of more than 200 steps the rest is counted.
[[nodiscard]] std::string workflow_view(const Json& workflow);

} // namespace bgerp::cli
