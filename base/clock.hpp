// Time as the programs see it, injected so that tests can turn it. The queue's rules never use
// it: there the database's clock decides (see tenant_db/queue). Thread-safe.
#pragma once

#include <chrono>

namespace bgerp {

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    /// Wall-clock time, for what people read and what goes into rows.
    [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;

    /// Never goes back: for time-outs and measuring.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

/// The machine's clock, one for the whole process.
[[nodiscard]] const Clock& system_clock();

} // namespace bgerp
