// How long one worker lives (worker.lifetime_s): workers that were started together must not all
// end together, so each takes a part of the last tenth off, by chance. Used by program. Pure code.
#pragma once

#include <chrono>

namespace bgerp::worker {

/// From nine tenths of `longest` (chance 1) to all of it (chance 0); 0 stays 0, for ever.
[[nodiscard]] std::chrono::milliseconds
spread_lifetime(std::chrono::seconds longest, double chance);

} // namespace bgerp::worker
