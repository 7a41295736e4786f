// The queues of one tenant that have work, each with the place where the last claim stopped and
// what its jobs cost. Named queues are served strictly in the order named, as Laravel and Sidekiq
// do; with `*` they take turns. Pure code; the reserver's thread alone.
#pragma once

#include "tenant_db/queue/lifecycle.hpp"
#include "worker/held_job.hpp"
#include "worker/prefetch.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace bgerp::worker {

/// Which queues a worker serves: those named, in that order, or all.
class QueueSelection {
public:
    /// An empty list or one that holds "*" selects all.
    explicit QueueSelection(std::vector<std::string> queues);

    [[nodiscard]] bool selects(const std::string& queue) const;

    /// The named queues in order; empty when all are selected.
    [[nodiscard]] const std::vector<std::string>& named() const { return named_; }

    /// Those of `queues` that are selected.
    [[nodiscard]] std::vector<std::string> among(const std::vector<std::string>& queues) const;

private:
    std::vector<std::string> named_;
};

struct Lane {
    std::string queue;
    queue::ClaimCursor cursor;
    HeldJob::Time rewound_at;
    JobCost cost;
    std::shared_ptr<LaneMeter> meter = std::make_shared<LaneMeter>();
    bool open = false;
};

/// What jobs took together.
struct Measured {
    double ms = 0;
    std::size_t jobs = 0;
};

class Lanes {
public:
    /// Work was found in these queues: their lanes open, from the start.
    void open(const std::vector<std::string>& queues, HeldJob::Time now);

    /// The lane to claim from next, or null when none is open. Rewinds its cursor when that is due:
    /// jobs of smaller key appear behind it.
    [[nodiscard]] Lane* next(const QueueSelection& selection, HeldJob::Time now);

    /// A claim from `lane` gave less than asked for. Closes it if the claim saw the whole queue.
    void ran_dry(Lane& lane, bool began_at_start);

    void close_all();

    /// These queues are paused: no more claims from them.
    void close(const std::set<std::string>& queues);

    /// Queues remembered, open or not.
    [[nodiscard]] std::size_t count() const { return lanes_.size(); }

    /// Takes in what the slots measured since the last call, and says what that was.
    Measured learn();

private:
    std::map<std::string, Lane> lanes_;
    std::string last_; // the queue served last, for taking turns
};

} // namespace bgerp::worker
