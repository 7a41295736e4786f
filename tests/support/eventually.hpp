// Waiting for something that another thread or program does, in tests: asks again and again until
// it is so or the time is over. In place of sleeps, which are too short on a busy machine and too
// long on any other.
#pragma once

#include "base/deadline.hpp"
#include "base/stop_signal.hpp"

namespace bgerp::testing_support {

/// True as soon as `condition()` is; false when it wasn't within `patience`.
template <class Condition>
[[nodiscard]] bool
eventually(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    constexpr std::chrono::milliseconds between{5};
    const StopSignal pause;
    const Deadline deadline = Deadline::after(patience);
    while (!condition()) {
        if (deadline.passed()) {
            return condition();
        }
        pause.wait_for(between);
    }
    return true;
}

} // namespace bgerp::testing_support
