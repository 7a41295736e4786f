// The moment until which a caller is willing to wait. Every blocking call takes one, so that a
// request's or an attempt's limit reaches the last statement it runs. A value type.
#pragma once

#include <algorithm>
#include <chrono>

namespace bgerp {

class Deadline {
public:
    using SteadyClock = std::chrono::steady_clock;

    explicit Deadline(SteadyClock::time_point at)
        : at_(at) {}

    [[nodiscard]] static Deadline after(std::chrono::milliseconds duration) {
        return Deadline(SteadyClock::now() + duration);
    }

    [[nodiscard]] SteadyClock::time_point at() const { return at_; }

    [[nodiscard]] bool passed() const { return SteadyClock::now() >= at_; }

    /// Never negative.
    [[nodiscard]] std::chrono::milliseconds remaining() const {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(at_ - SteadyClock::now());
        return std::max(left, std::chrono::milliseconds(0));
    }

private:
    SteadyClock::time_point at_;
};

} // namespace bgerp
