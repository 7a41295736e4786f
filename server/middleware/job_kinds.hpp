// The kinds of job that clients may push: those the platform has built in, and those the operator
// declared, for programs or for remote workers. Anything else would wait in a queue for a worker
// that never comes, so it is refused. Immutable, thread-safe.
#pragma once

#include "base/config.hpp"
#include "tenant_db/modules/job_kinds.hpp"

#include <string>

namespace bgerp::server {

class JobKinds {
public:
    /// `config` must outlive this object.
    explicit JobKinds(const Config& config);

    /// invalid_argument, field `kind`, when no worker could run it.
    [[nodiscard]] Result<void> check(const std::string& kind, const std::string& field) const;

    /// Kinds and arguments of the job and its chain; aliases become the kinds they mean.
    /// invalid_argument with the field, `path` before it.
    [[nodiscard]] Result<void> check_job(queue::NewJob& job, const std::string& path) const;

    /// Where its jobs go: `asked`, or without it the kind's own queue. invalid_argument, field
    /// `queue`, for a queue where nobody would run them.
    [[nodiscard]] Result<std::string>
    queue_of(const std::string& kind, const std::string& asked, const std::string& path) const;

private:
    const Config& config_;
    JobRules rules_;
};

} // namespace bgerp::server
