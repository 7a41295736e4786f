// Runs the hooks of the configuration (worker.hooks) on threads of its own, away from the jobs'
// way: whoever has news puts them into each hook's queue, of bounded length, and goes on; what
// doesn't fit is dropped, counted, and said in the log once a minute. A hook is told in order and
// one piece of news at a time, so a slow one holds up itself alone while no more than
// side_by_side_max are slow. A hook that fails is a line in the log. News that a dying worker has
// not told are lost. tell() and hurry() from any thread.
#pragma once

#include "base/deadline.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "base/stop_signal.hpp"
#include "worker/hooks.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace bgerp::worker {

class HookRunner final : public Service {
public:
    using Run = std::function<
        Result<void>(const HookConfig&, const HookNews&, const std::function<bool()>&)>;

    /// Calls of one hook that may wait, the one under way apart.
    static constexpr std::size_t waiting_max = 1000;

    /// Hooks that run at one time: each is a process beside the jobs'.
    static constexpr std::size_t side_by_side_max = 4;

    /// `hooks` and `pulse` outlive it.
    HookRunner(const std::vector<HookConfig>& hooks, Pulse& pulse, Run run = run_hook);
    ~HookRunner() override;

    /// Whether any hook does: no news need be made otherwise.
    [[nodiscard]] bool wants(HookEvent event, std::string_view queue, std::string_view kind) const;

    /// For each hook that wants them. Returns at once; drops what doesn't fit.
    void tell(const std::shared_ptr<const HookNews>& news);

    void start() override;

    /// Takes no more news. What waits is still told, for ten seconds in all and each hook for its
    /// time-out at most; the rest is dropped.
    void stop() override;

    /// Ends the ten seconds, and the hooks under way.
    void hurry();

    /// Calls that wait, of all hooks.
    [[nodiscard]] std::size_t waiting() const;

    /// Calls that were never made, so far.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    using News = std::shared_ptr<const HookNews>;

    // One hook's.
    struct Line {
        std::deque<News> waiting;
        bool running = false;
    };

    struct Call {
        std::size_t hook = 0; // its place in hooks_ and lines_
        News news;
    };

    void work(Pulse::Beat& beat);
    [[nodiscard]] std::optional<Call> take();
    void run_one(const Call& call, Pulse::Beat& beat) const;
    void give_back(const Call& call);
    void say_dropped(bool at_once);
    [[nodiscard]] bool time_is_over() const;
    [[nodiscard]] bool all_told() const;
    // With the mutex held.
    [[nodiscard]] std::optional<std::size_t> hook_to_run() const;
    void drop_waiting();
    [[nodiscard]] bool is_over() const;

    const std::vector<HookConfig>& hooks_;
    Pulse& pulse_;
    const Run run_;
    StopSignal hurry_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<Line> lines_; // as hooks_
    std::size_t next_ = 0;    // whose turn it is, so that each gets one
    std::size_t waiting_ = 0; // in all lines
    std::uint64_t dropped_ = 0;
    std::uint64_t dropped_said_ = 0;
    std::optional<Deadline> say_again_;
    bool closed_ = false;
    Deadline last_moment_{Deadline::SteadyClock::time_point::max()}; // once closed
    std::vector<std::thread> threads_;
};

} // namespace bgerp::worker
