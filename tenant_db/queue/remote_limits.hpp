// Limits and pauses for jobs that remote workers reserve (remote_work.hpp). A remote worker lives
// in no process of ours, so its permits are leased to the job: under a number of the job's own,
// kept by its heartbeats, given back at its end, run out with its lease. What may not begin goes to
// job_blocked, as with our own workers, and comes from there as soon as it may. Used by RemoteWork,
// where the organization has limits or pauses of kinds; the others pay nothing. Blocking; not
// thread-safe, one object a request.
#pragma once

#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/parking.hpp"
#include "tenant_db/queue/rules.hpp"

#include <set>
#include <string>
#include <vector>

namespace bgerp::queue {

/// One permit of one job, leased to `holder`.
struct RemotePermit {
    std::uint64_t holder = 0;
    std::uint64_t key = 0;

    friend bool operator==(const RemotePermit&, const RemotePermit&) = default;
};

/// What a job that was let through goes by; travels with its lease.
struct RemotePass {
    std::vector<RemotePermit> permits;
    bool tells_breakers = false; // one wants to know how its attempt ends
};

class RemoteLimits {
public:
    /// Reads the organization's rules. All must outlive the object.
    RemoteLimits(
        mysql::Pool& pool,
        Deadline deadline,
        const QueueSchema& schema,
        std::int64_t lease_s,
        const std::string& queue
    );

    struct Admitted {
        ReservedJob job;
        RemotePass pass;
    };

    /// Up to `limit` jobs of the queue that were held back and may begin now, one of a key. Jobs
    /// whose limit is gone go back to their queues.
    [[nodiscard]] std::vector<Admitted> take_parked(std::uint64_t owner, std::size_t limit);

    /// Whether jobs went back to their queues.
    [[nodiscard]] bool returned_some() const { return returned_some_; }

    /// Of `jobs`, just reserved, those that may begin; the others are held back.
    [[nodiscard]] std::vector<Admitted> admit(std::vector<ReservedJob> jobs);

private:
    // What was got for a job so far.
    struct Hold {
        RemotePass pass;
        std::vector<PermitWish> tokens; // that give them back
    };

    [[nodiscard]] const std::shared_ptr<const Limit>* limit_of(const WatchedKey& key) const;
    [[nodiscard]] std::vector<LimitKey> open_keys(std::uint64_t turn);
    [[nodiscard]] std::vector<LimitKey> worth_asking(std::uint64_t turn);
    [[nodiscard]] std::optional<Admitted> take_one(std::uint64_t owner, const LimitKey& key);
    [[nodiscard]] const LimitKey* ask(const std::vector<LimitKey>& keys, Hold& hold);
    void undo(const Hold& hold);
    [[nodiscard]] std::optional<Admitted>
    let_through(ReservedJob job, const std::vector<LimitKey>& keys, Hold hold);
    void park(const ReservedJob& job, const LimitKey& key);

    mysql::Pool& pool_;
    const Deadline deadline_;
    const QueueSchema& schema_;
    const std::int64_t lease_s_;
    const std::string& queue_;
    QueueRules rules_;
    std::vector<WatchedKey> watched_;
    std::set<std::uint64_t> parked_; // keys whose jobs wait: newcomers don't overtake
    bool returned_some_ = false;
};

/// The lease of `job` was renewed: so are its permits. Those that had run out are asked for anew;
/// if others have them meanwhile the job runs on beside theirs, as with every lease that ended.
void renew_pass(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::int64_t lease_s,
    const ReservedJob& job,
    const RemotePass& pass
);

/// The job's attempt is over. Changes nothing when said again.
void return_pass(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const RemotePass& pass
);

/// Tells the breakers over `job` how its attempt ended.
void tell_breakers(
    mysql::Session& session, const QueueSchema& schema, const ReservedJob& job, bool succeeded
);

} // namespace bgerp::queue
