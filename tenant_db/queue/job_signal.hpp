// Signals: something from outside that a job waits for, by name, such as a person's approval. A
// signal is stored with the job's record and stays until that is pruned, so a job that runs again
// sees it again; one that comes before the job asks is not lost. A job that asks too early leaves
// its worker without an attempt spent, sleeps among the delayed jobs, and is made available in the
// transaction that stores the signal, or when its time-out comes. Whoever sleeps and whoever
// signals lock the job's own row first, then its record: one of them comes second and sees what the
// other did. For tracked jobs. Blocking.
#pragma once

#include "base/json.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bgerp::queue {

struct SignalSent {
    bool woke = false; // the job slept for it and is available now: ring the doorbell
};

/// Sends it. The same again changes nothing. not_found for a job that isn't tracked, conflict when
/// it has ended or got another payload under this name, invalid_argument for a name that is none (1
/// to 100 characters) or a 33rd signal, too_large for more than 64 KiB.
[[nodiscard]] Result<SignalSent> send_signal(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& name,
    const Json& payload
);

struct SignalWait {
    enum class Is {
        there,     // `payload` is it
        timed_out, // it didn't come in time
        asleep,    // the job isn't the caller's any more and will be run again
    };

    Is is = Is::there;
    Json payload;
};

/// Asks for a signal on behalf of the job's holder. The time runs from when the job first asks;
/// none given, it waits for as long as it takes. A signal that comes after the time is there if it
/// is asked for again. lease_lost when not the holder's, cancelled when the job was asked to stop,
/// invalid_argument for a name that is none, a job that isn't tracked or a time beyond ten years.
[[nodiscard]] Result<SignalWait> await_signal_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& name,
    std::optional<std::chrono::seconds> timeout
);

/// The built-in kind that does nothing but wait for a signal.
inline constexpr const char* wait_kind = "wait.signal";

struct WaitArgs {
    std::string signal;
    std::optional<std::chrono::seconds> timeout;
    bool goes_on = false; // without the signal, after the time-out
};

/// {"signal": text, "timeout_s": seconds, "on_timeout": "fail" or "continue"}; invalid_argument
/// with the argument as field. Pure.
[[nodiscard]] Result<WaitArgs> parse_wait_args(const Json& args);

} // namespace bgerp::queue
