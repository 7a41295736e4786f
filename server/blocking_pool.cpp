#include "server/blocking_pool.hpp"

namespace bgerp {

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_max)
    : queue_max_(queue_max) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

BlockingPool::~BlockingPool() {
    stop();
}

bool BlockingPool::try_post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= queue_max_) {
            return false;
        }
        queue_.push_back(std::move(task));
    }
    added_.notify_one();
    return true;
}

void BlockingPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    added_.notify_all();
    const std::lock_guard lock(stop_mutex_);
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

std::size_t BlockingPool::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void BlockingPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        added_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) {
            return;
        }
        Task task = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        running_.fetch_add(1, std::memory_order_relaxed);
        task();
        task = nullptr; // what it holds is let go before the next one is waited for
        running_.fetch_sub(1, std::memory_order_relaxed);
        lock.lock();
    }
}

} // namespace bgerp
