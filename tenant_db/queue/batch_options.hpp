// What job_batches.options holds for a batch made here: the callbacks and the rule on failures, as
// JSON. Used by the queue's implementation alone. Pure code.
#pragma once

#include "tenant_db/queue/job.hpp"

#include <optional>
#include <string>

namespace bgerp::queue {

struct BatchOptions {
    std::optional<NewJob> then_job;
    std::optional<NewJob> catch_job;
    std::optional<NewJob> finally_job;
    bool allow_failures = false;
};

[[nodiscard]] std::string compose_options(const BatchOptions& options);

/// Throws Failure for a text that compose_options didn't write.
[[nodiscard]] BatchOptions parse_options(const std::string& text);

} // namespace bgerp::queue
