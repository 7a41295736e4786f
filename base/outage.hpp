// How a loop lives through an outage of something it depends on: the first failure in a row is
// logged, then each is followed by a longer, jittered pause of at most two seconds, and the first
// success is logged too. So an outage makes two lines a loop, and its end doesn't bring everybody
// back in the same instant. One object a loop; belongs to that loop's thread.
#pragma once

#include "base/error.hpp"
#include "base/stop_signal.hpp"

#include <cstdint>
#include <exception>
#include <random>
#include <string>

namespace bgerp {

/// True for what waiting doesn't mend (a bug, a missing right, an old schema): nothing is down,
/// slow or full.
[[nodiscard]] bool is_refusal(const Failure& error);

class Outage {
public:
    explicit Outage(std::string loop_name);

    /// Logs and pauses. True when `stop` was raised meanwhile.
    bool failed(const std::exception& error, const StopSignal& stop);

    void succeeded();

    /// True when this is one of many refusals in a row: waiting for its end is in vain.
    [[nodiscard]] bool hopeless(const Failure& error) const;

    /// Failures in a row so far.
    [[nodiscard]] int failures() const { return failures_; }

private:
    [[nodiscard]] std::chrono::milliseconds next_pause();

    std::string loop_name_;
    int failures_ = 0;
    std::minstd_rand random_;
};

} // namespace bgerp
