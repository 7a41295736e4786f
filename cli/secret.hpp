// Secrets as a command takes them: from a file or stdin, never as an argument that every user of
// the machine could read. Blocking.
#pragma once

#include "base/error.hpp"

#include <string>

namespace bgerp::cli {

/// The first line of `file`, or of stdin for `-`. invalid_argument, with `field`, when there is
/// none.
[[nodiscard]] Result<std::string> read_secret(const std::string& file, const std::string& field);

} // namespace bgerp::cli
