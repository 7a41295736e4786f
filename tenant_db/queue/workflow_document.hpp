// A workflow as people write it down, in a file or a request's body: {"name","on_failure","steps":
// [{"name","after","on_failure", and what a job has}]}. Pure code; what a job has, the caller
// reads.
#pragma once

#include "tenant_db/queue/workflow.hpp"

#include <functional>
#include <string>

namespace bgerp::queue {

/// Reads a step's job from the members that are left when name, after and on_failure are taken
/// away. `path` goes before a field's name in errors: "steps[3].".
using StepJobReader = std::function<Result<NewJob>(const Json& job, const std::string& path)>;

/// invalid_argument, with "steps[3].after" or the like as field, for a member that is unknown,
/// missing or of the wrong type. The graph is checked by create_workflow().
[[nodiscard]] Result<NewWorkflow>
read_workflow(const Json& document, const StepJobReader& read_job);

} // namespace bgerp::queue
