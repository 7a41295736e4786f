// Limits of one worker alone: jobs of a kind at one time, whosever they are
// (worker.kind_concurrency). Pure code.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bgerp::worker {

using KindLimits = std::map<std::string, std::int64_t>;

/// From texts "kind:number". invalid_argument for anything else.
[[nodiscard]] Result<KindLimits> kind_limits(const std::vector<std::string>& texts);

} // namespace bgerp::worker
