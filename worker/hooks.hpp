// What hooks are told (worker.hooks): news of one job, which of the configured hooks want it, how
// it looks as JSON, and telling it to the hook's program. The executor makes news, the completer
// and the hook runner hand them on. Value types and free functions; thread-safe.
#pragma once

#include "base/config.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp::worker {

using HookEvent = HookConfig::Event;

struct HookNews {
    HookEvent event = HookEvent::started;
    std::string org;
    std::uint64_t id = 0; // of the row in `jobs`
    std::string uuid;     // empty, like the kind, when the payload can't be read
    std::string kind;
    std::string queue;
    std::int64_t attempt = 0;
    std::string error;                      // "code: message", as the failed job has it
    std::optional<std::int64_t> retry_in_s; // until the next attempt
    std::optional<std::chrono::microseconds> waited;
    std::optional<std::chrono::microseconds> ran; // what the handler took
    std::chrono::system_clock::time_point at;
};

/// "started", "completed", "failed" or "dead".
[[nodiscard]] std::string_view hook_event_name(HookEvent event);

/// Whether the hook wants to be told of such an event of a job of that queue and kind.
[[nodiscard]] bool
hook_wants(const HookConfig& hook, HookEvent event, std::string_view queue, std::string_view kind);

/// {"event","org","id","uuid","kind","queue","attempt","state","error","retry_in_s","waited_ms",
/// "ran_ms","at"}; what is unknown or doesn't apply is null. An error is cut at 4,000 bytes.
[[nodiscard]] Json hook_news_to_json(const HookNews& news);

/// Runs the hook's program with the news on its standard input. Blocks until it has ended, its
/// time-out is over or `stop_requested` says so; then it is killed with all that it started. Errors
/// as tell_program's.
[[nodiscard]] Result<void>
run_hook(const HookConfig& hook, const HookNews& news, const std::function<bool()>& stop_requested);

} // namespace bgerp::worker
