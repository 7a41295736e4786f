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
    flag_tracked = 1, // has a row in job_run
    flag_batch = 2,   // has a row in job_batch_pending
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
    std::vector<std::string> tags;
    std::string batch_id; // empty: none
    std::string uuid;     // empty: a new one
    bool tracked = true;  // keep state, progress, output and history in job_run
};

} // namespace bgerp::queue
