// Q38: a pause is known to the workers as soon as it has rung, not only with the next sweep.
#include "tenant_db/doorbell.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/ring_text.hpp"
#include "tests/integration/worker/one_place.hpp"
#include "tests/integration/worker/worker_test.hpp"

namespace bgerp::worker {
namespace {

// Counts how often the worker has asked for pauses and limits.
class RulesAsked final : public mysql::StatementHook {
public:
    int before(std::string_view sql) override {
        times_ += sql.find("queue_pause") == std::string_view::npos ? 0 : 1;
        return 0;
    }

    int after(std::string_view /*sql*/) override { return 0; }

    [[nodiscard]] int times() const { return times_.load(); }

private:
    std::atomic<int> times_{0};
};

class PauseRing : public WorkerTest {
protected:
    std::string push_and_ring(Doorbell& bell, const std::string& queue) {
        queue::NewJob noop;
        noop.kind = "noop";
        noop.queue = queue;
        auto uuid = push(tenant_, noop);
        bell.ring(ring_text("acme", queue));
        return uuid;
    }
};

TEST_F(PauseRing, Q38_a_queue_without_jobs_that_is_paused_is_let_alone_at_once) {
    config_.worker.sweep_ms = 600'000; // but for the first one, rings alone
    RulesAsked asked;
    OnePlace source(platform_, tenant_, asked);
    Worker worker(source.parts(config_, handlers_), {});
    worker.start();
    ASSERT_TRUE(eventually([&] { return live_workers() == 1; }));
    Doorbell bell(platform_.core().pool());
    ASSERT_TRUE(becomes(push_and_ring(bell, "mail"), "completed"));
    value_or_throw(queue::pause(
        *pool(tenant_)->acquire(platform_.soon()),
        queue::QueueSchema::current(),
        {queue::PauseScope::queue, "mail"},
        {}
    ));
    for (int ring = 0; ring < 2; ++ring) { // when it asks again, it has taken in the first answer
        const int before = asked.times();
        bell.ring("acme");
        ASSERT_TRUE(eventually([&] { return asked.times() > before; }));
    }
    const auto held = push_and_ring(bell, "mail");
    ASSERT_TRUE(becomes(push_and_ring(bell, "other"), "completed"));
    EXPECT_EQ(state(held), "available");
    worker.stop();
}

} // namespace
} // namespace bgerp::worker
