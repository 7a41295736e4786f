// The queues of one tenant that have work, each with the place where the last claim stopped and
// what its jobs cost, and which of them is next: as the selection says, those of one entry in
// turns. Pure code; the reserver's thread alone.
#pragma once

#include "tenant_db/queue/lifecycle.hpp"
#include "worker/held_job.hpp"
#include "worker/prefetch.hpp"
#include "worker/queue_selection.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bgerp::worker {

struct Lane {
    std::string queue;
    queue::ClaimCursor cursor;
    HeldJob::Time rewound_at;
    JobCost cost;
    std::shared_ptr<LaneMeter> meter = std::make_shared<LaneMeter>();
    bool open = false;
    std::optional<std::size_t> entry;      // of the selection; empty until asked for
    std::optional<std::size_t> last_count; // jobs that the last claim took
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

    /// Nothing was claimed from the lane that next() gave last: its turn is still to come.
    void give_back_turn();

    /// A claim from `lane` gave less than asked for. Closes it if the claim saw the whole queue.
    void ran_dry(Lane& lane, bool began_at_start);

    void close_all();

    /// These queues are paused: no more claims from them.
    void close(const std::set<std::string>& queues);

    [[nodiscard]] bool any_open() const;

    /// The lane of `queue`, made when there is none.
    [[nodiscard]] Lane& of(const std::string& queue);

    /// Queues remembered, open or not.
    [[nodiscard]] std::size_t count() const { return lanes_.size(); }

    /// Takes in what the slots measured since the last call, and says what that was.
    Measured learn();

private:
    std::map<std::string, Lane> lanes_;
    [[nodiscard]] std::optional<std::size_t> next_entry(const QueueSelection& selection);

    std::map<std::size_t, std::string> last_;     // the queue served last of each entry
    std::map<std::size_t, std::int64_t> credits_; // of weighted entries

    // What they were before the last turn, until it is given back.
    std::optional<std::size_t> turn_entry_;
    std::string last_before_;
    std::map<std::size_t, std::int64_t> credits_before_;
};

} // namespace bgerp::worker
