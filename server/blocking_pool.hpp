// Threads for work that blocks (database calls, files), with a bounded queue in front: what
// doesn't fit is refused at once, and the client is told to come back, instead of waiting for
// longer than it would. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bgerp {

class BlockingPool {
public:
    using Task = std::function<void()>;

    BlockingPool(std::size_t threads, std::size_t queue_max);
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;
    ~BlockingPool();

    /// Hands a task to a thread, or says no: the queue is full or the pool is stopping. The task
    /// must not throw. Not blocking.
    [[nodiscard]] bool try_post(Task task);

    /// Refuses new tasks, runs the waiting ones, joins the threads. Idempotent.
    void stop();

    [[nodiscard]] std::size_t waiting() const;

    /// Tasks being run at this moment.
    [[nodiscard]] std::size_t running() const { return running_.load(std::memory_order_relaxed); }

private:
    void work();

    const std::size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable added_;
    std::deque<Task> queue_;
    bool stopping_ = false;
    std::atomic<std::size_t> running_{0};
    std::mutex stop_mutex_; // one stop joins, the others wait for it
    std::vector<std::thread> threads_;
};

} // namespace bgerp
