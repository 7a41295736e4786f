// What becomes of an attempt: pure functions from the envelope, the row's counts and the handler's
// outcome to one verdict, for whoever runs jobs: our own worker, and the server on behalf of remote
// ones. Laravel's rules where Laravel has one (maxTries 0 means no limit; retryUntil, when given,
// stands in for maxTries). Attempts that ended because a worker died are not held against the job
// until there are so many in a row that the job itself is the likely killer. end_attempt.hpp
// carries the verdict out. Thread-safe.
#pragma once

#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/stop_reason.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

enum class Verdict {
    run,      // begin the handler
    complete, // success
    retry,    // again after delay_s
    fail,     // to failed_jobs
    cancel,   // ends as cancelled
    release,  // back to the queue, no attempt spent
    drop,     // not ours any more: write nothing
    leave,    // the database went away: write nothing, the lease runs out and is rescued
};

struct Decision {
    Verdict verdict = Verdict::run;
    std::int64_t delay_s = 0;
    std::string error; // "code: message", for people; no SQL, no secret
};

struct AttemptRules {
    std::int64_t max_tries = 5; // where the envelope names none; 0: no limit
    std::int64_t rescues_max = 10;
    std::vector<std::string> fail_on = {}; // the kind's own errors that no other try mends
};

/// The attempt as the row tells it. Times are the database's, in seconds since 1970.
struct AttemptFacts {
    std::int64_t attempts = 1;      // this one included
    std::int64_t rescues = 0;       // dead workers in a row, without progress
    std::int64_t interruptions = 0; // attempts that a dead worker ended
    std::int64_t now_s = 0;
    bool cancelled = false;       // the job's cancelling was asked for
    bool batch_cancelled = false; // its batch's was
    bool workflow_stopped = false;
};

/// May this attempt begin? run, cancel or fail.
[[nodiscard]] Decision
decide_start(const Envelope& envelope, const AttemptFacts& facts, const AttemptRules& rules);

/// How a handler ended: no error is success.
struct Outcome {
    std::optional<Error> error;
    StopReason stop = StopReason::none;
    bool outage = false;    // the database failed the handler: no try of the job's, no fault of its
    bool disk_full = false; // likewise, and it said why: nothing was written
    std::optional<std::int64_t> snooze_s = std::nullopt; // the handler wants it run again so late
    std::string code = {};  // the handler's own name for the error ("exit:65"); empty: Error's
    bool permanent = false; // the handler knows that no other try mends it
    std::optional<std::int64_t> retry_after_s =
        {}; // what it was told to wait, instead of the backoff
};

/// What to do with an attempt that ended. An error fails the job at once when it is permanent, or
/// when its code, by either name, is in the envelope's or the kind's fail_on; a time-out's is
/// "timeout". `random01` spreads the backoff.
[[nodiscard]] Decision decide_end(
    const Envelope& envelope,
    const AttemptFacts& facts,
    const AttemptRules& rules,
    const Outcome& outcome,
    double random01
);

} // namespace bgerp::queue
