// Q7: a job put in the place of the waiting one with its key, or after the running one.
#include "tests/conformance/unique_fixture.hpp"

#include <mutex>
#include <thread>

namespace bgerp::queue {
namespace {

using Replace = Unique;

TEST_F(Replace, Q7_AWaitingJobIsReplaced) {
    NewJob one = replacing(1);
    one.delay = std::chrono::seconds(30);
    const std::string uuid = push(one);
    execute("UPDATE job_delayed SET available_at = available_at - 20, created_at = created_at - 20"
    );
    one.args = {{"n", 2}};
    one.priority = 3;
    const Pushed second = push_one(one); // its delay starts again
    EXPECT_EQ(second.how, Pushed::How::replaced);
    EXPECT_EQ(second.uuid, uuid);
    EXPECT_EQ(count("job_delayed", "available_at >= UNIX_TIMESTAMP() + 20"), 1);
    EXPECT_EQ(count("job_delayed", "created_at < UNIX_TIMESTAMP() - 10"), 1);
    EXPECT_EQ(count("jobs") + count("job_delayed"), 1);
    EXPECT_EQ(push_one(replacing(3)).uuid, uuid); // now
    EXPECT_EQ(state_of(uuid), "available");
    const ReservedJob held = take_one();
    EXPECT_EQ(n_of(held), 3);
    EXPECT_EQ(envelope_uuid(held.payload), uuid);
    complete(held);
    EXPECT_EQ(state_of(uuid), "completed");
    EXPECT_EQ(keys(), 0);
}

TEST_F(Replace, Q7_ARunningJobIsFollowed) {
    push(replacing(1));
    const ReservedJob held = take_one();
    const Pushed second = push_one(replacing(2));
    EXPECT_EQ(second.how, Pushed::How::follows);
    EXPECT_EQ(state_of(second.uuid), "scheduled");
    EXPECT_EQ(promote_due(*pool, soon(), schema, 10), 0U);
    const Pushed third = push_one(replacing(3)); // the follower is replaced, and follows still
    EXPECT_EQ(third.how, Pushed::How::replaced);
    EXPECT_EQ(third.uuid, second.uuid);
    EXPECT_TRUE(take(other).empty());
    complete(held);
    const ReservedJob next = take_one();
    EXPECT_EQ(n_of(next), 3);
    EXPECT_EQ(how(replacing(4)), "follows");
    give_up(next); // any end is an end
    EXPECT_EQ(n_of(take_one()), 4);
    EXPECT_EQ(count("jobs") + count("job_delayed"), 1);
}

TEST_F(Replace, Q7_AFollowerWaitsForItsOwnTimeToo) {
    push(replacing(1));
    const ReservedJob held = take_one();
    NewJob later = replacing(2);
    later.delay = std::chrono::seconds(600);
    const std::string uuid = push(later);
    complete(held);
    EXPECT_EQ(
        count(
            "job_delayed",
            "available_at BETWEEN UNIX_TIMESTAMP() + 590"
            " AND UNIX_TIMESTAMP() + 600"
        ),
        1
    );
    EXPECT_EQ(how(replacing(3)), "replaced");
    EXPECT_EQ(state_of(uuid), "available");
}

TEST_F(Replace, Q7_ACancelledFollowerDoesNotCome) {
    push(replacing(1));
    const ReservedJob held = take_one();
    const std::string uuid = push(replacing(2));
    EXPECT_EQ(value_or_throw(cancel_job(*pool, soon(), schema, uuid)), "cancelled");
    EXPECT_EQ(how(replacing(3)), "follows"); // the running one has its key again
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 1U);
    complete(held);
    EXPECT_EQ(count("jobs") + count("job_delayed") + keys(), 0);
}

TEST_F(Replace, Q7_AReplacedMemberStaysInItsBatch) {
    NewJob member = only(1, keyed(UniqueRule::OnConflict::existing));
    member.batch_id = "01890a5d-ac96-774b-bcce-b302099a8057";
    const std::string uuid = push(member);
    EXPECT_EQ(push_one(replacing(2)).uuid, uuid);
    EXPECT_EQ(count("job_batch_pending"), 1);
    const ReservedJob held = take_one();
    EXPECT_EQ(n_of(held), 2);
    complete(held);
    EXPECT_EQ(count("job_batch_pending"), 0);
}

TEST_F(Replace, Q7_OfSeveralInOneCallTheLastCounts) {
    const std::vector<Pushed> pushed =
        value_or_throw(try_push({replacing(1), replacing(2), replacing(3)}));
    EXPECT_EQ(pushed[0].uuid, pushed[2].uuid);
    EXPECT_EQ(pushed[2].how, Pushed::How::added);
    EXPECT_EQ(n_of(take_one()), 3);
    EXPECT_EQ(count("jobs"), 1);
}

TEST_F(Replace, Q7_ReplacersAndWorkersDoNotDeadlock) {
    constexpr int rounds = 60;
    std::mutex mutex;
    std::vector<std::string> errors;
    std::vector<std::thread> threads;
    const auto guarded = [&](auto fn) {
        threads.emplace_back([&, fn] {
            try {
                fn();
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                errors.emplace_back(error.what());
            }
        });
    };
    for (int thread = 0; thread < 4; ++thread) {
        guarded([&] {
            for (int i = 0; i < rounds; ++i) {
                push_one(replacing(i));
            }
        });
    }
    for (const std::uint64_t owner : {me, other}) {
        guarded([&, owner] {
            for (int i = 0; i < rounds; ++i) {
                for (const ReservedJob& held : take(owner, 2)) {
                    EXPECT_EQ(
                        complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", ""}}),
                        0U
                    );
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(errors, std::vector<std::string>());
    // At most the last one is left, and its key with it.
    EXPECT_LE(count("jobs") + count("job_delayed"), 1);
    EXPECT_EQ(keys(), count("jobs") + count("job_delayed"));
}

} // namespace
} // namespace bgerp::queue
