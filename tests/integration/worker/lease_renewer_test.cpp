// Whose leases a round renews, and which jobs it takes for lost.
#include "tests/integration/worker/worker_fixture.hpp"
#include "worker/lease_renewer.hpp"

namespace bgerp::worker {
namespace {

class LeaseRenewerTest : public WorkerFixture {
protected:
    static constexpr std::uint64_t owner = 7;

    LeaseRenewerTest()
        : pool_(platform_.database().admin_pool(tenant_.database, 4))
        , renewer_(std::chrono::minutes(1), in_hand_, pulse_) {}

    [[nodiscard]] std::shared_ptr<ServedTenant> served(const std::string& database) const {
        return std::make_shared<ServedTenant>(1, "acme", database, 1.0, pool_);
    }

    /// One whose lease has to be renewed in the next round.
    [[nodiscard]] HeldJobPtr
    due(const std::shared_ptr<ServedTenant>& tenant, const queue::ReservedJob& job) const {
        return std::make_shared<HeldJob>(tenant, std::make_shared<LaneMeter>(), job, since_);
    }

    [[nodiscard]] std::vector<queue::ReservedJob> reserve(const queue::OnClaimed& on_claimed = {}) {
        queue::ClaimCursor cursor;
        return queue::reserve(
            *pool_,
            platform_.soon(),
            queue::QueueSchema::of(tenant_.database),
            "default",
            1,
            owner,
            {60, 90},
            cursor,
            on_claimed
        );
    }

    const HeldJob::Time since_ = std::chrono::steady_clock::now() - std::chrono::seconds(30);
    const std::shared_ptr<mysql::Pool> pool_;
    JobsInHand in_hand_;
    Pulse pulse_;
    LeaseRenewer renewer_;
};

// Its mark isn't in the row yet: read then, it is somebody else's.
TEST_F(LeaseRenewerTest, a_claim_under_way_is_no_lost_lease) {
    push("noop");
    HeldJobPtr held;
    const auto jobs = reserve([&](const std::vector<queue::ReservedJob>& claimed) {
        held = due(served(tenant_.database), claimed.front());
        held->begin_early();
        in_hand_.add({held});
        renewer_.renew_due();
    });
    ASSERT_EQ(jobs.size(), 1U);
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(held->stop.load(), StopReason::none);
    EXPECT_EQ(held->leased_at.load(), since_);
    held->claim_ended();
    renewer_.renew_due();
    EXPECT_EQ(held->stop.load(), StopReason::none);
    EXPECT_GT(held->leased_at.load(), since_) << "it is renewed from then on";
}

// In whatever order the tenants come.
TEST_F(LeaseRenewerTest, a_tenant_whose_database_is_gone_costs_the_others_no_lease) {
    push("noop");
    const auto jobs = reserve();
    ASSERT_EQ(jobs.size(), 1U);
    const auto held = due(served(tenant_.database), jobs.front());
    in_hand_.add({held});
    for (int i = 0; i < 20; ++i) {
        const std::string gone = platform_.database().tenant_database("gone" + std::to_string(i));
        in_hand_.add({due(served(gone), jobs.front())});
    }
    EXPECT_THROW(renewer_.renew_due(), Failure);
    EXPECT_EQ(held->stop.load(), StopReason::none);
    EXPECT_GT(held->leased_at.load(), since_);
}

} // namespace
} // namespace bgerp::worker
