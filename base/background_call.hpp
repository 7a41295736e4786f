// One call at a time on a thread of its own, for a loop that must not wait for the database: it
// starts a call, goes on, is told when the answer is there, and takes it. The thread begins with
// the first call and ends with the object. Used by one thread; `on_done` runs on the other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

namespace bgerp {

template <class Answer>
class BackgroundCall {
public:
    /// `on_done` is called after each call; it must not throw.
    explicit BackgroundCall(std::function<void()> on_done)
        : on_done_(std::move(on_done)) {}

    BackgroundCall(const BackgroundCall&) = delete;
    BackgroundCall& operator=(const BackgroundCall&) = delete;

    /// Waits for the call under way.
    ~BackgroundCall() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    /// Returns at once. busy() must be false. Throws std::system_error when there can be no thread;
    /// nothing is under way then.
    void start(std::function<Answer()> call) {
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { run(); });
        }
        std::packaged_task<Answer()> task(std::move(call));
        auto answer = task.get_future();
        {
            const std::lock_guard lock(mutex_);
            task_ = std::move(task);
        }
        answer_ = std::move(answer);
        changed_.notify_one();
    }

    /// Started, and the answer not taken yet.
    [[nodiscard]] bool busy() const { return answer_.valid(); }

    /// The answer if it is there; throws what the call ended with. busy() must be true.
    [[nodiscard]] std::optional<Answer> take() {
        if (answer_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            return std::nullopt;
        }
        return answer_.get();
    }

    /// Waits for the answer; throws what the call ended with. busy() must be true.
    [[nodiscard]] Answer wait() { return answer_.get(); }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return task_ || stopped_; });
            if (!task_) {
                return;
            }
            auto task = std::move(*task_);
            task_.reset();
            lock.unlock();
            task();
            on_done_();
            lock.lock();
        }
    }

    const std::function<void()> on_done_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<std::packaged_task<Answer()>> task_;
    bool stopped_ = false;
    std::future<Answer> answer_;
    std::thread thread_;
};

} // namespace bgerp
