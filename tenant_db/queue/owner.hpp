// Who holds jobs: a number that a worker makes for itself, so that no two are the same.
#pragma once

#include <cstdint>

namespace bgerp::queue {

/// A random owner for Fence and reserve(): never 0 (which is Laravel's worker), and within a signed
/// 64-bit column.
[[nodiscard]] std::uint64_t new_owner();

} // namespace bgerp::queue
