#include "worker/hook_runner.hpp"

#include "base/log.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds beat_interval{1};
constexpr std::chrono::seconds stop_time{10};
constexpr std::chrono::minutes say_interval{1};

} // namespace

HookRunner::HookRunner(const std::vector<HookConfig>& hooks, Pulse& pulse, Run run)
    : hooks_(hooks)
    , pulse_(pulse)
    , run_(std::move(run)) {}

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
        for (const HookConfig& hook : hooks_) {
            if (!hook_wants(hook, news->event, news->queue, news->kind)) {
                continue;
            }
            if (closed_ || waiting_.size() >= waiting_max) {
                ++dropped_;
            } else {
                waiting_.push_back({&hook, news});
            }
        }
    }
    filled_.notify_one();
}

void HookRunner::start() {
    Pulse::Beat& beat = pulse_.add("hooks");
    thread_ = std::thread([this, &beat] { work(beat); });
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
    if (thread_.joinable()) {
        thread_.join();
        say_dropped(true);
    }
}

void HookRunner::hurry() {
    hurry_.raise();
}

std::size_t HookRunner::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
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
        }
        say_dropped(false);
    }
}

// The first that waits, if one comes within a beat. After the last moment nobody is told any more.
std::optional<HookRunner::Call> HookRunner::take() {
    const bool over = time_is_over();
    std::unique_lock lock(mutex_);
    if (over) {
        dropped_ += waiting_.size();
        waiting_.clear();
    }
    filled_.wait_for(lock, beat_interval, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) {
        return std::nullopt;
    }
    Call call = std::move(waiting_.front());
    waiting_.pop_front();
    return call;
}

// The operator's program is no concern of the job's: whatever becomes of it ends here.
void HookRunner::run_one(const Call& call, Pulse::Beat& beat) const {
    std::string error;
    try {
        const auto told = run_(*call.hook, *call.news, [&] {
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
         {"program", call.hook->exec.front()},
         {"tenant", call.news->org},
         {"uuid", call.news->uuid},
         {"error", error}}
    );
}

void HookRunner::say_dropped(bool at_once) {
    const std::uint64_t all = dropped();
    if (all == dropped_said_ || (!at_once && say_again_ && !say_again_->passed())) {
        return;
    }
    log_warn(
        "hooks were not run, there were too many",
        {{"calls", std::to_string(all - dropped_said_)}}
    );
    dropped_said_ = all;
    say_again_ = Deadline::after(say_interval);
}

bool HookRunner::time_is_over() const {
    if (hurry_.raised()) {
        return true;
    }
    const std::lock_guard lock(mutex_);
    return last_moment_.passed();
}

bool HookRunner::all_told() const {
    const std::lock_guard lock(mutex_);
    return closed_ && waiting_.empty();
}

} // namespace bgerp::worker
