// What a job is to the queue: the row's key, the fence that proves who holds it, and what a caller
// gives to make one. Value types.
#pragma once

#include "base/json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

/// The clustered key of `jobs`. Smaller priorities run first, as with Solid Queue and
/// graphile-worker; 0 is the default; -32768 … 32767.
struct JobKey {
    std::string queue;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
};

/// Who reserved a job, and the how-manieth time it was reserved: both must still stand in the row
/// for any write of the holder to take effect.
struct Fence {
    std::uint64_t owner = 0; // its lower 48 bits count
    std::int64_t attempts = 0;

    /// What stands in `reserved_by`: the owner, and in the lowest 16 bits the attempt it was
    /// written for. Laravel's worker takes a row over by counting `attempts` up and knows no owner:
    /// where the two counts differ, the reservation isn't that of whoever stands in the row.
    [[nodiscard]] std::uint64_t mark() const {
        constexpr unsigned attempts_bits = 16;
        return (owner << attempts_bits) | static_cast<std::uint64_t>(attempts);
    }
};

/// Bits of `jobs.flags`: what else must be written when the job moves.
enum JobFlag : std::int64_t {
    flag_tracked = 1,   // has a row in job_run
    flag_batch = 2,     // has a row in job_batch_pending
    flag_unique = 4,    // its envelope names a key of job_unique
    flag_chain = 8,     // its envelope holds what comes after it
    flag_workflow = 16, // is a step of a workflow
    flag_steps = 32,    // has rows in job_step
};

/// A row of `jobs` in this worker's hands.
struct ReservedJob {
    JobKey key;
    Fence fence;
    std::int64_t rescues = 0;       // dead workers in a row; a checkpoint sets it back
    std::int64_t interruptions = 0; // all dead workers: attempts that don't count as tries
    std::int64_t flags = 0;
    std::int64_t created_at = 0; // seconds since 1970
    std::int64_t available_at = 0;
    std::string payload; // the envelope's JSON text, not yet looked at
};

/// What makes a job the only one of its kind, how long, and what becomes of a second one.
struct UniqueRule {
    enum class Until { start, done, period };
    enum class OnConflict { existing, refuse, replace };

    std::string key;     // the caller's own, within the kind; empty: by what follows
    bool by_args = true; // kind and arguments
    bool by_queue = false;
    Until until = Until::done;
    std::int64_t period_s = 0; // of Until::period, from the enqueuing on
    OnConflict on_conflict = OnConflict::existing;
};

/// Which step of which workflow a job is.
struct StepRef {
    std::string workflow_id;
    std::int64_t step = 0; // its number
};

/// A job to be made. What is not set is left out of the envelope and takes the configured default.
struct NewJob {
    std::string kind;
    Json args = Json::object();
    std::string queue = "default";
    std::int64_t priority = 0;
    std::chrono::seconds delay{0}; // counted from the database's now
    std::optional<std::int64_t> max_tries;
    std::optional<std::int64_t> max_exceptions;
    std::vector<std::int64_t> backoff_s; // empty: exponential with jitter
    std::optional<std::int64_t> timeout_s;
    std::optional<std::int64_t> retry_until; // seconds since 1970
    std::vector<std::string> fail_on;        // codes of errors that no other try mends
    std::vector<std::string> tags;
    std::string batch_id;  // empty: none
    std::string limit_key; // for limits by key; empty: none
    std::string uuid;      // empty: a new one
    bool tracked = true;   // keep state, progress, output and history in job_run
    std::optional<UniqueRule> unique;
    Json meta;              // an object of the caller's own, shown with the job; null: none
    bool encrypted = false; // args are sealed (sealed_args.hpp)

    /// Jobs to follow one after the other, each when the one before it completed; and who is told
    /// when one failed or was cancelled, at most one. Links have no chain, batch or rule
    /// themselves.
    std::vector<NewJob> chain;
    std::vector<NewJob> chain_catch;
    Json previous;             // of a link: what the one before it left
    std::string previous_uuid; // of a link, empty: none

    std::optional<StepRef> workflow_step; // set by workflows alone
};

} // namespace bgerp::queue
