// A job whose handler succeeded and whose end is still to be written, and where such jobs go.
#pragma once

#include "worker/held_job.hpp"
#include "worker/hooks.hpp"

#include <string>

namespace bgerp::worker {

struct FinishedJob {
    HeldJobPtr held;
    std::string uuid;
    std::string batch_id;                      // empty: none
    std::string output;                        // JSON text; empty for jobs that keep none
    std::string workflow_id = {};              // empty: none
    std::shared_ptr<const HookNews> news = {}; // for hooks, once the end is written; null: none
};

/// Takes finished jobs from any slot's thread. Doesn't wait for the database.
class FinishedJobSink {
public:
    FinishedJobSink() = default;
    FinishedJobSink(const FinishedJobSink&) = delete;
    FinishedJobSink& operator=(const FinishedJobSink&) = delete;
    virtual ~FinishedJobSink() = default;

    virtual void finished(FinishedJob job) = 0;
};

} // namespace bgerp::worker
