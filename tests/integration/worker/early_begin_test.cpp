// A handler that begins while its claim commits (docs/adr/0003): only of a kind that came back in
// this process before, so that one that takes its worker down is counted each time.
#include "tests/integration/worker/worker_fixture.hpp"

namespace bgerp::worker {
namespace {

class EarlyBegin : public WorkerFixture {
protected:
    EarlyBegin()
        : admin_pool_(platform_.database().admin_pool(tenant_.database, 1))
        , admin_(admin_pool_->acquire(platform_.soon())) {
        static_cast<void>(reserved()); // prepared before it matters
    }

    ~EarlyBegin() override { stop_workers(); } // before the members below go

    /// Jobs whose reservation is durable.
    [[nodiscard]] std::int64_t reserved() {
        return admin_
            ->query_one(
                "SELECT COUNT(*) FROM jobs WHERE reserved_at IS NOT NULL",
                {},
                [](const mysql::Row& row) { return row.i64(0); }
            )
            .value_or(-1);
    }

    std::shared_ptr<mysql::Pool> admin_pool_;
    mysql::Pool::Handle admin_;
};

TEST_F(EarlyBegin, a_kind_that_never_came_back_waits_for_its_claim) {
    constexpr int kinds = 40;
    std::atomic<int> seen{0};
    for (int number = 0; number < kinds; ++number) {
        handle("first." + std::to_string(number), [&](JobContext&) -> Result<Json> {
            seen += static_cast<int>(reserved());
            return Json();
        });
    }
    start_worker();
    for (int number = 0; number < kinds; ++number) {
        ASSERT_TRUE(becomes(push("first." + std::to_string(number)), "completed"));
    }
    EXPECT_EQ(seen.load(), kinds) << "a worker that dies of a kind's first job must be counted";
}

} // namespace
} // namespace bgerp::worker
