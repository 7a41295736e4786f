// Limits of one worker alone: jobs of a kind at one time, whosever they are
// (worker.kind_concurrency). The configuration's reader refuses with it what the worker couldn't
// use; the worker takes its limits from it. Pure code, thread-safe.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bgerp {

using KindLimits = std::map<std::string, std::int64_t>;

/// From texts "kind:number", with numbers from 1 to 1024; of two for one kind the last counts.
/// invalid_argument for anything else; the message says what must be, without the key.
[[nodiscard]] Result<KindLimits> kind_limits(const std::vector<std::string>& texts);

} // namespace bgerp
