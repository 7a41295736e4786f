// Q42: our own worker and the kinds that remote workers run: it leaves them alone, neither failing
// nor claiming them, and moves those that lie in its own queues.
#include "tests/integration/worker/worker_fixture.hpp"

namespace bgerp::worker {
namespace {

class RemoteKindsTest : public WorkerFixture {
protected:
    RemoteKindsTest() { config_.queue.remote_kinds = {"paint"}; }

    ~RemoteKindsTest() override { stop_workers(); }

    std::string push_to(const std::string& queue, const std::string& kind) {
        queue::NewJob job;
        job.kind = kind;
        job.queue = queue;
        return push(tenant_, job);
    }
};

TEST_F(RemoteKindsTest, Q42_AJobInARemoteQueueIsLeftAlone) {
    const auto theirs = push_to("remote.paint", "paint");
    const auto anything = push_to("remote.paint", "noop");
    WorkerOptions options;
    options.stop_when_empty = true;
    const Worker& worker = start_worker(options);
    const auto ours = push("noop");
    ASSERT_TRUE(becomes(ours, "completed"));
    ASSERT_TRUE(eventually([&] { return worker.finished(); })) << "to it there is nothing left";
    EXPECT_EQ(state(theirs), "available");
    EXPECT_EQ(job(theirs)["attempts"], 0);
    EXPECT_EQ(state(anything), "available");
    EXPECT_EQ(worker.counters().reserved.load(), 1U);
}

TEST_F(RemoteKindsTest, Q42_AJobOfARemoteKindInAnotherQueueIsMoved) {
    const auto lost = push_to("default", "paint");
    const auto unknown = push_to("default", "sculpt");
    start_worker();
    ASSERT_TRUE(becomes(unknown, "failed"));
    ASSERT_TRUE(eventually([&] { return job(lost)["queue"] == "remote.paint"; }));
    EXPECT_EQ(state(lost), "available");
    EXPECT_EQ(job(lost)["attempts"], 0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE queue = 'remote.paint'"), 1);
}

TEST_F(RemoteKindsTest, Q42_ADelayedRemoteJobIsPromotedIntoItsQueue) {
    queue::NewJob later;
    later.kind = "paint";
    later.queue = "remote.paint";
    later.delay = std::chrono::seconds(1);
    const auto uuid = push(tenant_, later);
    start_worker();
    EXPECT_TRUE(becomes(uuid, "available"));
}

} // namespace
} // namespace bgerp::worker
