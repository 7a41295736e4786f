// A worker that ends when nothing is left for it, while the database doesn't do all that it is
// asked.
#include "tests/integration/worker/one_place.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <atomic>

namespace bgerp::worker {
namespace {

// Due jobs can't be moved for some sweeps.
class SlowMoves final : public mysql::StatementHook {
public:
    int before(std::string_view sql) override {
        constexpr int out_of_time = 1969;
        const bool moves = sql.find("job_delayed") != std::string_view::npos &&
                           sql.find("SKIP LOCKED") != std::string_view::npos;
        return moves && failures_left_.fetch_sub(1) > 0 ? out_of_time : 0;
    }

    int after(std::string_view /*sql*/) override { return 0; }

private:
    std::atomic<int> failures_left_{5};
};

using UntilEmpty = WorkerFixture;

TEST_F(UntilEmpty, a_due_job_that_could_not_be_moved_is_waited_for) {
    queue::NewJob later;
    later.kind = "noop";
    later.delay = std::chrono::hours(1);
    const auto uuid = push(tenant_, later);
    const auto admin = platform_.database().admin_pool(tenant_.database, 1);
    admin->acquire(platform_.soon())
        ->execute("UPDATE job_delayed SET available_at = UNIX_TIMESTAMP() - 1");
    SlowMoves moves;
    OnePlace source(platform_, tenant_, moves);
    WorkerOptions options;
    options.stop_when_empty = true;
    Worker worker(source.parts(config_, handlers_), options);
    worker.start();
    ASSERT_TRUE(eventually([&] { return worker.finished(); }));
    EXPECT_EQ(state(uuid), "completed");
    worker.stop();
}

} // namespace
} // namespace bgerp::worker
