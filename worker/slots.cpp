#include "worker/slots.hpp"

namespace bgerp::worker {

Slots::Slots(std::size_t count, ReadyQueue& ready, Executor& executor)
    : count_(count)
    , ready_(ready)
    , executor_(executor) {}

Slots::~Slots() {
    stop();
}

void Slots::start() {
    for (std::size_t i = 0; i < count_; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

void Slots::stop() {
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

void Slots::run() {
    while (const HeldJobPtr held = ready_.take()) {
        executor_.run(held);
    }
}

} // namespace bgerp::worker
