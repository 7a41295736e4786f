// What runs jobs of one kind. One object per kind serves all slots, so it must be thread-safe and
// hold no state of a job. An expected failure is returned (invalid_argument, not_found, conflict,
// forbidden and too_large end the job at once, other codes are tried again), an exception counts
// as an internal error. A handler knows its tenant, its arguments and JobControl; of the queue it
// knows nothing.
#pragma once

#include "base/json.hpp"

namespace bgerp::worker {

class JobContext;

class Handler {
public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    /// Does the job and returns its output (kept for tracked jobs). Returns ErrorCode::cancelled
    /// soon after context.stop_requested() turned true.
    [[nodiscard]] virtual Result<Json> run(JobContext& context) = 0;
};

} // namespace bgerp::worker
