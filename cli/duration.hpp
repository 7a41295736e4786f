// Lengths of time as people type them. Pure.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>

namespace bgerp::cli {

/// `90`, `90s`, `5m`, `12h`, `30d`: a whole number and a unit, seconds without one. `field` names
/// the option in the error (invalid_argument).
[[nodiscard]] Result<std::chrono::seconds>
parse_duration(const std::string& text, const std::string& field);

} // namespace bgerp::cli
