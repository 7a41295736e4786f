#include "worker/hook_runner.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds beat_interval{1};
constexpr std::chrono::seconds stop_time{10};
constexpr std::chrono::minutes say_interval{1};

} // namespace

HookRunner::HookRunner(const std::vector<HookConfig>& hooks, Pulse& pulse, Run run)
    : hooks_(hooks)
    , pulse_(pulse)
    , run_(std::move(run))
    , lines_(hooks.size()) {}

HookRunner::~HookRunner() {
    stop();
}

bool HookRunner::wants(HookEvent event, std::string_view queue, std::string_view kind) const {
    for (const HookConfig& hook : hooks_) {
        if (hook_wants(hook, event, queue, kind)) {
            return true;
        }
    }
    return false;
}

void HookRunner::tell(const std::shared_ptr<const HookNews>& news) {
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!hook_wants(hooks_[i], news->event, news->queue, news->kind)) {
                continue;
            }
            if (closed_ || lines_[i].waiting.size() >= waiting_max) {
                ++dropped_;
            } else {
                lines_[i].waiting.push_back(news);
                ++waiting_;
            }
        }
    }
    filled_.notify_all();
}

void HookRunner::start() {
    const std::size_t count = std::min(hooks_.size(), side_by_side_max);
    threads_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        Pulse::Beat& beat = pulse_.add("hooks");
        threads_.emplace_back([this, &beat] { work(beat); });
    }
}

void HookRunner::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            closed_ = true;
            last_moment_ = Deadline::after(stop_time);
        }
    }
    filled_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
    if (!threads_.empty()) {
        say_dropped(true);
    }
}

void HookRunner::hurry() {
    hurry_.raise();
}

std::size_t HookRunner::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
}

std::uint64_t HookRunner::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void HookRunner::work(Pulse::Beat& beat) {
    while (!all_told()) {
        beat.touch();
        if (const auto call = take()) {
            run_one(*call, beat);
            give_back(*call);
        }
        say_dropped(false);
    }
}

// The first call of a hook that isn't running, if there is one within a beat. After the last moment
// nobody is told any more.
std::optional<HookRunner::Call> HookRunner::take() {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, beat_interval, [&] {
        return (closed_ && waiting_ == 0) || hook_to_run().has_value();
    });
    if (is_over()) {
        drop_waiting();
    }
    const auto hook = hook_to_run();
    if (!hook) {
        return std::nullopt;
    }
    Line& line = lines_[*hook];
    Call call{*hook, std::move(line.waiting.front())};
    line.waiting.pop_front();
    line.running = true;
    --waiting_;
    next_ = *hook + 1;
    return call;
}

// The operator's program is no concern of the job's: whatever becomes of it ends here.
void HookRunner::run_one(const Call& call, Pulse::Beat& beat) const {
    const HookConfig& hook = hooks_[call.hook];
    std::string error;
    try {
        const auto told = run_(hook, *call.news, [&] {
            beat.touch();
            return time_is_over();
        });
        if (told) {
            return;
        }
        error = told.error().message;
    } catch (const std::exception& unexpected) {
        error = unexpected.what();
    }
    log_warn(
        "a hook failed",
        {{"on", std::string(hook_event_name(call.news->event))},
         {"program", hook.exec.front()},
         {"tenant", call.news->org},
         {"uuid", call.news->uuid},
         {"error", error}}
    );
}

// What waits for the hook may be taken now, and a thread that found nothing else may end.
void HookRunner::give_back(const Call& call) {
    {
        const std::lock_guard lock(mutex_);
        lines_[call.hook].running = false;
    }
    filled_.notify_all();
}

void HookRunner::say_dropped(bool at_once) {
    std::uint64_t calls = 0;
    {
        const std::lock_guard lock(mutex_);
        calls = dropped_ - dropped_said_;
        if (calls == 0 || (!at_once && say_again_ && !say_again_->passed())) {
            return;
        }
        dropped_said_ = dropped_;
        say_again_ = Deadline::after(say_interval);
    }
    log_warn("hooks were not run, there were too many", {{"calls", std::to_string(calls)}});
}

bool HookRunner::time_is_over() const {
    const std::lock_guard lock(mutex_);
    return is_over();
}

bool HookRunner::all_told() const {
    const std::lock_guard lock(mutex_);
    return closed_ && waiting_ == 0;
}

// In turn, so that hooks that always have news leave the others their share.
std::optional<std::size_t> HookRunner::hook_to_run() const {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const std::size_t hook = (next_ + i) % lines_.size();
        if (!lines_[hook].running && !lines_[hook].waiting.empty()) {
            return hook;
        }
    }
    return std::nullopt;
}

void HookRunner::drop_waiting() {
    for (Line& line : lines_) {
        line.waiting.clear();
    }
    dropped_ += waiting_;
    waiting_ = 0;
}

bool HookRunner::is_over() const {
    return hurry_.raised() || last_moment_.passed();
}

} // namespace bgerp::worker
