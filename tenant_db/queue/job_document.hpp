// A job to be made, as text: what a batch keeps of its callbacks and a chain of its later links.
// Written and read by the queue alone; pure code.
#pragma once

#include "tenant_db/queue/job.hpp"

namespace bgerp::queue {

[[nodiscard]] Json job_to_json(const NewJob& job);

/// Throws Json::exception for what job_to_json didn't write.
[[nodiscard]] NewJob job_from_json(const Json& object);

} // namespace bgerp::queue
