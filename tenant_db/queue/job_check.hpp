// The rules that a new job must keep before anything of it is written: names, ranges, depths,
// sizes, and those of its unique rule and its chain. Used by enqueue alone. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <string>

namespace bgerp::queue {

/// invalid_argument with the field for what is wrong with the job or a link of its chain.
[[nodiscard]] Result<void> check_new_job(const NewJob& job);

/// too_large for an envelope that is.
[[nodiscard]] Result<void>
check_payload_size(const std::string& payload, const EnqueueLimits& limits);

} // namespace bgerp::queue
