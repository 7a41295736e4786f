// Workers in any language, over the API: what they reserve and how their attempts end. The same
// verbs and the same rules as our own worker's, for a holder that keeps nothing but a lease, which
// travels as an opaque sealed text: key and fence of the row. So no server remembers anything, and
// any server can take the next call. Used by server/routes. Blocking; not thread-safe, one object a
// request.
#pragma once

#include "base/clock.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/decide.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/remote_limits.hpp"
#include "tenant_db/queue/stat_cells.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

/// What the holder of a remote job has in hand.
struct RemoteLease {
    JobKey key;
    Fence fence;
    std::int64_t ends_at_s = 0; // when the attempt's own time is over; 0: never
    RemotePass pass;            // what limits gave it; empty without limits
    std::int64_t began_ms = 0;  // when it was handed out, by the host's clock, for statistics
};

/// `scope` says whose it is (the tenant's database), `key` is the platform's.
[[nodiscard]] std::string
seal_lease(const RemoteLease& lease, std::string_view scope, std::string_view key);

/// invalid_argument, field `lease`, for what was not sealed so.
[[nodiscard]] Result<RemoteLease>
open_lease(std::string_view sealed, std::string_view scope, std::string_view key);

struct RemoteRules {
    LeaseRules lease;
    AttemptRules attempts;
};

struct RemoteOrder {
    std::string queue;
    std::size_t limit = 1;
};

struct RemoteJob {
    ReservedJob job;
    Envelope envelope;
    RemoteLease lease;
};

struct RemoteClaim {
    std::vector<RemoteJob> jobs;
    bool paused = false; // the queue's jobs aren't to be begun
};

struct RemoteProgress {
    std::optional<std::int64_t> percent;
    std::string message;
};

struct RemoteFailure {
    std::string error;
    std::string code;      // the worker's name for this kind of error, for fail_on; may be empty
    bool retryable = true; // false: no sense in another try
    std::optional<std::int64_t> retry_after_s; // instead of the backoff
};

/// What became of the job, by the states of docs/contracts.md.
struct RemoteEnd {
    std::string state;
    std::int64_t delay_s = 0; // of a retry or a release
    bool repeated = false;    // it had ended so before: an answer got lost
};

class RemoteWork {
public:
    /// All must outlive the object. The host's clock is for statistics alone.
    RemoteWork(
        mysql::Pool& pool,
        Deadline deadline,
        const QueueSchema& schema,
        const RemoteRules& rules,
        const Clock& clock
    );

    /// Up to `limit` jobs of one queue, due ones and expired leases included, for a new owner. Jobs
    /// that may not begin (cancelled, tried too often, unreadable) are ended and not handed out;
    /// those that limits and pauses hold back wait as with our own workers.
    /// Large payloads make it fewer.
    [[nodiscard]] RemoteClaim reserve(const RemoteOrder& order);

    /// Renews the lease and records progress. Says why the worker should stop: cancelled, timeout,
    /// or none. lease_lost when the job isn't its any more.
    [[nodiscard]] Result<StopReason>
    heartbeat(const RemoteLease& lease, const std::string& uuid, const RemoteProgress& progress);

    /// Ends the job as completed; `output` is JSON text, kept for tracked jobs. Said again by a
    /// worker that got no answer, it tells what happened the first time, as far as the job is
    /// tracked; lease_lost otherwise.
    [[nodiscard]] Result<RemoteEnd>
    complete(const RemoteLease& lease, const std::string& uuid, const std::string& output);

    /// Ends the attempt: retried, failed, or cancelled if that was asked for. `random01` spreads
    /// the backoff. Repeats and errors as complete().
    [[nodiscard]] Result<RemoteEnd> fail(
        const RemoteLease& lease,
        const std::string& uuid,
        const RemoteFailure& failure,
        double random01
    );

    /// Gives the job back, no attempt spent, for at once or after `delay_s`. Repeats and errors as
    /// complete().
    [[nodiscard]] Result<RemoteEnd>
    release(const RemoteLease& lease, const std::string& uuid, std::int64_t delay_s);

    /// What the calls so far came to: attempts handed out, and their ends as far as they took
    /// effect.
    [[nodiscard]] const StatCells& counted() const { return counted_; }

private:
    enum class Ending { complete, fail, release };

    struct Look {
        bool paused = false;
        bool jobs = false;    // some could be reserved
        bool due = false;     // some delayed job, of whatever queue
        bool limited = false; // there are limits, or pauses of kinds
        bool held = false;    // jobs are held back, or a breaker isn't closed
    };

    [[nodiscard]] std::int64_t database_now();
    [[nodiscard]] Look look(const std::string& queue);
    using Reserved = std::vector<RemoteLimits::Admitted>;

    [[nodiscard]] std::vector<RemoteJob> claim(const RemoteOrder& order, RemoteLimits* limits);
    [[nodiscard]] std::vector<RemoteJob> admit_all(Reserved reserved);
    [[nodiscard]] std::optional<RemoteJob>
    admit(RemoteLimits::Admitted reserved, std::int64_t now_s, bool cancelled);
    void attempt_ended(const RemoteLease& lease, const ReservedJob& job, bool told, bool succeeded);
    void count_begin(RemoteJob& job, std::int64_t now_s);
    void count_end(
        const RemoteLease& lease, const ReservedJob& job, const std::string& kind, Verdict verdict
    );
    void refuse(const ReservedJob& job, const Envelope& envelope, const Decision& decision);
    [[nodiscard]] Result<ReservedJob> find(const RemoteLease& lease, const std::string& uuid);
    [[nodiscard]] Result<RemoteEnd>
    lost(const RemoteLease& lease, const std::string& uuid, Ending ending, const Error& error);

    mysql::Pool& pool_;
    const Deadline deadline_;
    const QueueSchema& schema_;
    const RemoteRules& rules_;
    const Clock& clock_;
    StatCells counted_;
};

} // namespace bgerp::queue
