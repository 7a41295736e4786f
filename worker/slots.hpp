// The threads that run jobs: each takes one ready job at a time and hands it to the executor. Their
// number is the worker's concurrency.
#pragma once

#include "base/service.hpp"
#include "worker/executor.hpp"
#include "worker/ready_queue.hpp"

#include <thread>
#include <vector>

namespace bgerp::worker {

class Slots final : public Service {
public:
    Slots(std::size_t count, ReadyQueue& ready, Executor& executor);
    ~Slots() override;

    void start() override;

    /// Waits for the running jobs; the ready queue must have been closed.
    void stop() override;

private:
    void run();

    const std::size_t count_;
    ReadyQueue& ready_;
    Executor& executor_;
    std::vector<std::thread> threads_;
};

} // namespace bgerp::worker
