// For a module's tests: a queue that records what is pushed and runs nothing. It is the tables of
// the real one, so that what a module pushes inside its transaction is there if and only if that
// committed. To run what was recorded: drain.hpp. Docs: docs/queue-testing.md. Not thread-safe.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>
#include <vector>

namespace bgerp::testing_support {

struct PushedJob {
    std::string queue;
    std::int64_t priority = 0;
    std::int64_t delay_s = 0; // from when it was pushed
    queue::Envelope envelope; // kind, args, tags, …
};

class FakeQueue {
public:
    /// `pool` must be in a database with the queue's tables (ModuleDatabase's, or a tenant's of
    /// TestPlatform) and outlive this object.
    explicit FakeQueue(mysql::Pool& pool)
        : pool_(pool) {}

    /// Jobs that wait, delayed ones included, in the order they were pushed; of `kind` alone, if
    /// one is named.
    [[nodiscard]] std::vector<PushedJob> pushed(const std::string& kind = {});

    /// The only job of this kind; throws Failure when there are none or several.
    [[nodiscard]] PushedJob the_only(const std::string& kind);

    /// Makes all delayed jobs due now.
    void pass_all_delays();

    /// Forgets everything.
    void clear();

private:
    mysql::Pool& pool_;
};

} // namespace bgerp::testing_support
