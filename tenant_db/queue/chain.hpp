// Chains: jobs that follow each other. What is still to come stands in the envelope of the job that
// is under way; the transaction that ends it enqueues the next, or, when it failed or was
// cancelled, the job that is to be told. So each comes exactly once, whoever crashes when. Used by
// the queue's implementation alone. Blocking where a transaction is passed.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/payload.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace bgerp::queue {

inline constexpr std::size_t chain_links_max = 100;

/// The rules of a job's chain; `check_link` is asked about each link. Errors name "chain[2].kind".
[[nodiscard]] Result<void>
check_chain(const NewJob& job, const std::function<Result<void>(const NewJob&)>& check_link);

/// A link that just ended.
struct EndedLink {
    const Envelope* envelope = nullptr;
    std::string_view uuid;
    JobOutcome outcome = JobOutcome::completed;
    std::string_view output; // JSON text of a completed one
    std::string_view error;  // of a failed one
};

/// Enqueues what comes after these, in multi-row statements. A link's uuid that another job has
/// taken meanwhile is replaced by a new one.
void enqueue_next(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<EndedLink>& ended
);

/// Makes sure that no tracked job has the uuid of one of `jobs`, which were given theirs long ago.
void refresh_uuids(mysql::Session& session, const QueueSchema& schema, std::vector<NewJob>& jobs);

} // namespace bgerp::queue
