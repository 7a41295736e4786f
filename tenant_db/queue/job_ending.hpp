// What hangs on a job's end and stands in its payload alone: the rest of its chain, its place in a
// workflow. Kept in job_run beside the payload, as an envelope of nothing else, for ends that are
// found when the payload is gone: Laravel's worker deletes the row (foreign_ends.hpp). Other jobs
// have none. Used by the queue's implementation alone. Pure code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bgerp::queue {

/// The ending of a job with these flags and this payload; empty when nothing hangs on its end, or
/// the payload can't be read.
[[nodiscard]] std::string ending_of(std::int64_t flags, std::string_view payload);

/// Those flags of the job that its ending tells: flag_chain, flag_workflow.
[[nodiscard]] std::int64_t ending_flags(std::string_view ending);

} // namespace bgerp::queue
