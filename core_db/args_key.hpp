// The key that seals arguments of an organization's jobs (docs/queue-flow.md): derived from the
// platform's master key, stored nowhere. Used by whoever pushes such jobs and by the worker.
// Thread-safe; blocks to read the file.
#pragma once

#include "base/config.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace bgerp::core_db {

/// 64 hexadecimal digits, different for every organization. The errors of MasterKey::load.
[[nodiscard]] Result<std::string> args_key(const SecurityConfig& config, std::uint64_t org_id);

} // namespace bgerp::core_db
