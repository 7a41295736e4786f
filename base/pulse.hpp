// Are all loops of a program still turning? Each loop owns a beat and touches it once a turn, also
// when idle; the watchdog asks for the slowest. A process whose supervisor sees it alive while a
// loop hangs would look healthy for hours. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <vector>

namespace bgerp {

class Pulse {
public:
    using SteadyClock = std::chrono::steady_clock;

    class Beat {
    public:
        explicit Beat(std::string name)
            : name_(std::move(name))
            , last_(SteadyClock::now()) {}

        void touch() { last_.store(SteadyClock::now()); }

        [[nodiscard]] const std::string& name() const { return name_; }

        [[nodiscard]] SteadyClock::time_point last() const { return last_.load(); }

    private:
        std::string name_;
        std::atomic<SteadyClock::time_point> last_;
    };

    /// A beat for a new loop; valid as long as the pulse.
    [[nodiscard]] Beat& add(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return beats_.emplace_back(name);
    }

    /// The names of loops that haven't turned for longer than `limit`.
    [[nodiscard]] std::vector<std::string> stuck(std::chrono::milliseconds limit) const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> names;
        for (const Beat& beat : beats_) {
            if (SteadyClock::now() - beat.last() > limit) {
                names.push_back(beat.name());
            }
        }
        return names;
    }

private:
    mutable std::mutex mutex_;
    std::list<Beat> beats_;
};

} // namespace bgerp
