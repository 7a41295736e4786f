// A job that is a step of a workflow, before it begins: may it, and what did the steps before it
// put out? Used by the executor, on the slot's thread. Blocking.
#pragma once

#include "tenant_db/queue/payload.hpp"
#include "worker/held_job.hpp"

namespace bgerp::worker {

enum class StepMay { begin, not_begin, not_be_told };

/// Adds the argument "workflow" (queue::StepStart::input) to the envelope's args. A job that is no
/// step, or whose workflow is gone, may begin as it is. not_be_told: the database couldn't be
/// asked.
[[nodiscard]] StepMay prepare_step(const HeldJob& held, queue::Envelope& envelope);

} // namespace bgerp::worker
