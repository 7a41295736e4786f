// How much memory this process holds: for restarting a worker whose handlers leak.
#pragma once

#include <cstdint>

namespace bgerp::worker {

/// Resident memory in MiB; 0 when the system doesn't tell.
[[nodiscard]] std::int64_t resident_mib();

} // namespace bgerp::worker
