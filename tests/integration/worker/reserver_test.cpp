// The reserver by itself, with slots that take a job each and run none: what its claims take.
#include "base/mysql/statement_hook.hpp"
#include "tests/integration/worker/worker_fixture.hpp"
#include "worker/reserver.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace bgerp::worker {
namespace {

// Halts one claim before its first statement.
class ClaimHalt final : public mysql::StatementHook {
public:
    void halt_next() { armed_.store(true); }

    [[nodiscard]] bool halted() const { return halted_.load(); }

    void go_on() {
        gone_on_.store(true);
        gone_on_.notify_all();
    }

    int before(std::string_view sql) override {
        if (sql.find("SKIP LOCKED") != std::string_view::npos && armed_.exchange(false)) {
            halted_.store(true);
            gone_on_.wait(false);
        }
        return 0;
    }

    int after(std::string_view /*sql*/) override { return 0; }

private:
    std::atomic<bool> armed_{false};
    std::atomic<bool> halted_{false};
    std::atomic<bool> gone_on_{false};
};

class ReserverTest : public WorkerFixture {
protected:
    static constexpr std::uint64_t owner = 7;

    static constexpr std::chrono::seconds age_of_stale{10};

    /// Puts jobs in stock that should have begun long ago.
    void stock(const std::vector<HeldJobPtr>& held) {
        in_hand_.add(held);
        ready_.push(held);
    }

    static HeldJobPtr stale(std::shared_ptr<ServedTenant> tenant, const queue::ReservedJob& job) {
        return std::make_shared<HeldJob>(
            std::move(tenant),
            std::make_shared<LaneMeter>(),
            job,
            std::chrono::steady_clock::now() - age_of_stale
        );
    }

    ReserverTest()
        : pool_(std::make_shared<mysql::Pool>(queue_endpoint(), 4))
        , settler_(counters_, give_up_)
        , completer_({1000, ready_, in_hand_, settler_, counters_, pulse_, give_up_, nullptr})
        , book_(LimitRules(), KindLimits(), [] {})
        , gate_(book_, owner, 60, QueueSelection({}))
        , inbox_([this] { ready_.nudge(); }) {}

    ~ReserverTest() override {
        claims_.go_on();
        if (reserver_) {
            reserver_->stop();
        }
        static_cast<void>(ready_.close());
        for (std::thread& slot : slots_) {
            slot.join();
        }
    }

    void start_reserver(std::size_t slots, std::uint64_t jobs_max = 0) {
        ReserverRules rules;
        rules.lease = {60, 90};
        rules.prefetch.slots = slots;
        rules.owner = owner;
        rules.jobs_max = jobs_max;
        const ReserverParts parts{inbox_, ready_, in_hand_, completer_, counters_, pulse_, gate_};
        reserver_ = std::make_unique<Reserver>(std::move(rules), parts);
        reserver_->start();
    }

    void add_slots(int count) {
        for (int i = 0; i < count; ++i) {
            slots_.emplace_back([this] {
                const HeldJobPtr held = ready_.take();
                const std::lock_guard lock(mutex_);
                if (held != nullptr) {
                    queues_.push_back(held->job.key.queue);
                }
            });
        }
    }

    /// The queues of the jobs that slots took, in their order.
    [[nodiscard]] std::vector<std::string> taken() {
        const std::lock_guard lock(mutex_);
        return queues_;
    }

    [[nodiscard]] std::shared_ptr<ServedTenant>
    served(const std::string& database, Fairness::Key key, double weight = 1.0) const {
        return std::make_shared<ServedTenant>(key, "some", database, weight, pool_);
    }

    void push_noops(const Tenant& tenant, const std::string& queue, int count) {
        queue::NewJob noop;
        noop.kind = "noop";
        noop.queue = queue;
        for (int i = 0; i < count; ++i) {
            push(tenant, noop);
        }
    }

    [[nodiscard]] mysql::Endpoint queue_endpoint() {
        const core_db::Credentials& credentials = platform_.core().credentials();
        mysql::Endpoint endpoint = credentials.endpoint(credentials.queue(), {});
        endpoint.hook = &claims_;
        return endpoint;
    }

    ClaimHalt claims_;
    const std::shared_ptr<mysql::Pool> pool_;
    Counters counters_;
    Pulse pulse_;
    StopSignal give_up_;
    ReadyQueue ready_;
    JobsInHand in_hand_;
    Settler settler_;
    Completer completer_;
    LimitBook book_;
    LimitGate gate_;
    WorkInbox inbox_;
    std::unique_ptr<Reserver> reserver_;
    std::mutex mutex_;
    std::vector<std::string> queues_;
    std::vector<std::thread> slots_;
};

// Six jobs of the heavy tenant are taken, four may follow. The light one's turn is worth one; the
// claim that flies for the heavy one meanwhile must leave it that one.
TEST_F(ReserverTest, Q33_two_claims_at_one_time_take_no_more_than_jobs_max) {
    constexpr std::uint64_t jobs_max = 10;
    const Tenant other = platform_.create_tenant("light", {"hr"});
    push_noops(tenant_, "default", 20);
    push_noops(other, "default", 5);
    add_slots(6);
    ASSERT_TRUE(eventually([&] { return ready_.room(0) == 6; }));
    inbox_.found(served(tenant_.database, 1), {"default"});
    claims_.halt_next();
    start_reserver(2, jobs_max);
    ASSERT_TRUE(eventually([&] { return claims_.halted(); }));
    inbox_.found(served(other.database, 2, 0.01), {"default"});
    add_slots(6);
    ASSERT_TRUE(eventually([&] { return ready_.room(0) == 12; }));
    claims_.go_on();
    ASSERT_TRUE(eventually([&] { return taken().size() >= jobs_max; }));
    reserver_->stop();
    EXPECT_EQ(counters_.reserved.load(), jobs_max);
    EXPECT_EQ(in_hand_.count(), jobs_max);
}

// Between two claims there is no room, which is noticed when it is a queue's turn already.
TEST_F(ReserverTest, Q5_queues_take_turns_though_slots_become_free_one_by_one) {
    push_noops(tenant_, "a", 5);
    push_noops(tenant_, "b", 5);
    inbox_.found(served(tenant_.database, 1), {"a", "b"});
    start_reserver(1);
    const std::vector<std::string> in_turns{"a", "b", "a", "b", "a", "b"};
    for (std::size_t jobs = 1; jobs <= in_turns.size(); ++jobs) {
        add_slots(1);
        ASSERT_TRUE(eventually([&] { return taken().size() == jobs; }));
    }
    EXPECT_EQ(taken(), in_turns);
}

// A worker that stops, and everybody else's claims, would wait for it for ever.
TEST_F(ReserverTest, jobs_that_a_gone_database_doesnt_take_back_are_left_to_their_leases) {
    const auto gone = served(platform_.database().tenant_database("gone"), 1);
    queue::ReservedJob job;
    job.key = {"default", 0, 1};
    job.fence = {owner, 1};
    stock({stale(gone, job)});
    start_reserver(1);
    EXPECT_TRUE(eventually([&] { return in_hand_.count() == 0; }));
}

// As after a claim that failed at its COMMIT, was undone, and made again by the same worker.
TEST_F(ReserverTest, what_was_lost_is_not_given_back_from_under_who_has_it_now) {
    push_noops(tenant_, "default", 2);
    const auto tenant = served(tenant_.database, 1);
    queue::ClaimCursor cursor;
    const auto jobs = queue::reserve(
        *pool_,
        platform_.soon(),
        tenant->schema,
        "default",
        2,
        owner,
        {60, 90},
        cursor
    );
    ASSERT_EQ(jobs.size(), 2U);
    const HeldJobPtr lost = stale(tenant, jobs.front());
    lost->request_stop(StopReason::lease_lost);
    stock({lost, stale(tenant, jobs.back())});
    start_reserver(1);
    ASSERT_TRUE(eventually([&] { return in_hand_.count() == 0; }));
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE reserved_at IS NOT NULL"), 1);
    EXPECT_EQ(counters_.released.load(), 1U);
}

} // namespace
} // namespace bgerp::worker
