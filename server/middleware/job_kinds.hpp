// The kinds of job that clients may push: those the platform has built in, and those the operator
// declared under `exec`. Anything else would wait in a queue for a worker that never comes, so it
// is refused. Immutable, thread-safe.
#pragma once

#include "base/config.hpp"

#include <set>
#include <string>

namespace bgerp::server {

class JobKinds {
public:
    explicit JobKinds(const Config& config);

    /// invalid_argument, field `kind`, when no worker could run it.
    [[nodiscard]] Result<void> check(const std::string& kind, const std::string& field) const;

private:
    std::set<std::string> known_;
};

} // namespace bgerp::server
