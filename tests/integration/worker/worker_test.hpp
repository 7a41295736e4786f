// What the tests of the whole worker have in common: flags that its handlers and the test share,
// and how many workers are registered.
#pragma once

#include "core_db/worker_registry.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <atomic>

namespace bgerp::worker {

class WorkerTest : public WorkerFixture {
protected:
    ~WorkerTest() override { stop_workers(); } // before the members below go

    [[nodiscard]] std::size_t live_workers() {
        const auto connection = platform_.core().pool().acquire(platform_.soon());
        return core_db::list_workers(*connection, std::chrono::seconds(15)).size();
    }

    std::atomic<int> calls_{0};
    std::atomic<int> big_done_{0};
    std::atomic<bool> running_{false};
    std::atomic<bool> go_{false};
};

} // namespace bgerp::worker
