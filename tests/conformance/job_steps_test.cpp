// Q16: what a job of several steps remembers, and when it is forgotten.
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_log.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/prune.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <future>

namespace bgerp::queue {
namespace {

class Steps : public QueueFixture {
protected:
    Steps()
        : uuid(push(job())) {
        execute("CREATE TABLE effect (step VARCHAR(190) NOT NULL)");
    }

    // A step with an effect; false when its transaction ended in nothing.
    bool do_step(
        const ReservedJob& held, const std::string& step, const Json& value, bool commits = true
    ) {
        bool mine = false;
        mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& t) {
            t.execute("INSERT INTO effect VALUES (?)", {step});
            mine = write_step_if_mine(t, QueueSchema::current(), held, step, value).has_value();
            return mine && commits;
        });
        return mine && commits;
    }

    // As a worker does that was told of its job's new flag.
    static ReservedJob with_steps(ReservedJob held) {
        held.flags |= flag_steps;
        return held;
    }

    JobSteps steps() { return read_job_steps(*pool->acquire(soon()), schema, uuid); }

    std::string uuid;
};

TEST_F(Steps, Q16_AFinishedStepIsRememberedWithItsEffect) {
    const ReservedJob held = take_one();
    EXPECT_TRUE(do_step(held, "load", {{"rows", 7}}));
    EXPECT_TRUE(do_step(held, "cursor", 100));
    EXPECT_TRUE(do_step(held, "cursor", 200));
    EXPECT_EQ(steps(), (JobSteps{{"load", {{"rows", 7}}}, {"cursor", 200}}));
    EXPECT_EQ(count("effect"), 3);
    age_leases(20); // the worker died
    const ReservedJob again = take_one(other);
    EXPECT_EQ(again.flags, flag_tracked | flag_steps);
    EXPECT_EQ(steps().size(), 2U);
}

TEST_F(Steps, Q16_AStepThatRolledBackLeavesNeitherEffectNorMemory) {
    const ReservedJob held = take_one();
    EXPECT_FALSE(do_step(held, "load", 1, false));
    EXPECT_TRUE(steps().empty());
    EXPECT_EQ(count("effect"), 0);
    EXPECT_EQ(number("SELECT flags FROM jobs"), flag_tracked);
}

TEST_F(Steps, Q16_WhoLostTheLeaseRemembersNothing) {
    const ReservedJob frozen = take_one(me);
    age_leases(20);
    const ReservedJob held = take_one(other);
    EXPECT_FALSE(do_step(frozen, "load", "mine"));
    EXPECT_TRUE(do_step(held, "load", "theirs"));
    EXPECT_FALSE(do_step(frozen, "load", "mine"));
    EXPECT_EQ(steps().at("load"), "theirs");
    EXPECT_EQ(count("effect"), 1);
}

TEST_F(Steps, Q16_TheyGoWithTheJobsEnd) {
    const ReservedJob held = take_one();
    ASSERT_TRUE(do_step(held, "load", 1));
    const ReservedJob whole = with_steps(held);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&whole, uuid, "", ""}}), 0U);
    EXPECT_EQ(count("job_step"), 0);
    // A job that waits again is cancelled with what it had.
    uuid = push(job());
    const ReservedJob second = take_one();
    ASSERT_TRUE(do_step(second, "load", 1));
    const ReservedJob second_whole = with_steps(second);
    value_or_throw(
        retry_if_mine(*pool, soon(), schema, {&second_whole, uuid, second.payload, 60, "e"})
    );
    EXPECT_EQ(count("job_step"), 1);
    value_or_throw(cancel_job(*pool, soon(), schema, uuid));
    EXPECT_EQ(count("job_step"), 0);
}

TEST_F(Steps, Q16_AFailedJobGoesOnWhereItFailed) {
    const ReservedJob held = take_one();
    ASSERT_TRUE(do_step(held, "load", 1));
    const ReservedJob whole = with_steps(held);
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&whole, uuid, "", "e", false}));
    EXPECT_EQ(steps().size(), 1U);
    value_or_throw(retry_failed(*pool, soon(), schema, uuid));
    EXPECT_EQ(take_one().flags, flag_tracked | flag_steps);
    EXPECT_EQ(steps().size(), 1U);
    EXPECT_EQ(number("SELECT failed_at FROM job_step"), 0);
}

TEST_F(Steps, Q16_ForgottenTheFailedJobTakesThemAlong) {
    const auto fail_with_step = [&] {
        const ReservedJob held = take_one();
        ASSERT_TRUE(do_step(held, "load", 1));
        const ReservedJob whole = with_steps(held);
        value_or_throw(fail_if_mine(*pool, soon(), schema, {&whole, uuid, "", "e", false}));
    };
    fail_with_step();
    value_or_throw(forget_failed(*pool, soon(), schema, uuid));
    EXPECT_EQ(count("job_step"), 0);
    uuid = push(job());
    fail_with_step();
    EXPECT_EQ(flush_failed(*pool, soon(), schema, std::chrono::hours(0)), 1U);
    EXPECT_EQ(count("job_step"), 0);
    uuid = push(job());
    fail_with_step();
    execute("DELETE FROM failed_jobs"); // as Laravel's queue:flush does
    prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(1)));
    EXPECT_EQ(count("job_step"), 1);
    execute("UPDATE job_step SET failed_at = failed_at - 4000");
    prune_finished(*pool, soon(), schema, Retention(std::chrono::hours(1)));
    EXPECT_EQ(count("job_step"), 0);
}

TEST_F(Steps, Q16_WhatCantBeKeptIsRefused) {
    const ReservedJob held = take_one();
    const auto refusal = [&](const ReservedJob& by, const std::string& step, const Json& value) {
        const auto written = mysql::with_transaction(*direct, soon(), [&](mysql::Transaction& t) {
            return write_step_if_mine(t, QueueSchema::current(), by, step, value);
        });
        return written ? ErrorCode::internal : written.error().code;
    };
    EXPECT_EQ(refusal(held, "", 1), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(held, "signal:x", 1), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(held, std::string(191, 'x'), 1), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(held, "big", std::string(1'100'000, 'x')), ErrorCode::too_large);
    ReservedJob nameless = held;
    nameless.payload = R"({"job":"noop"})";
    EXPECT_EQ(refusal(nameless, "load", 1), ErrorCode::invalid_argument);
    EXPECT_EQ(count("job_step"), 0);
}

// Q30: log lines.
TEST_F(Steps, Q30_TheNewestLogLinesAreKept) {
    const ReservedJob held = take_one();
    append_log(*pool->acquire(soon()), schema, held, uuid, {log_line("one\ntwo"), "three"});
    const auto log = [&] {
        return value_or_throw(show_job(*pool->acquire(soon()), schema, uuid)).at("log");
    };
    ASSERT_EQ(log().size(), 2U);
    EXPECT_EQ(log()[0].at("line"), "one two");
    EXPECT_EQ(log()[1].at("attempt"), 1);
    EXPECT_EQ(log()[1].at("at").get<std::string>().size(), 20U);
    for (int i = 0; i < 100; ++i) {
        append_log(
            *pool->acquire(soon()),
            schema,
            held,
            uuid,
            {std::to_string(i) + std::string(600, 'x'), log_line(std::string(600, 'y'))}
        );
    }
    const Json kept = log();
    EXPECT_LT(kept.size(), 40U);
    EXPECT_GT(kept.size(), 10U);
    EXPECT_EQ(kept.back().at("line"), std::string(500, 'y'));
    EXPECT_EQ(kept.front().at("attempt"), 1); // and no half line
    age_leases(20);
    take_one(other);
    append_log(*pool->acquire(soon()), schema, held, uuid, {"too late"});
    EXPECT_EQ(log(), kept);
}

// What a handler says that begins while its claim commits (docs/adr/0003).
TEST_F(Steps, Q30_WhatIsSaidBeforeTheClaimCommittedIsKept) {
    std::future<void> said;
    ClaimCursor cursor;
    const auto on_claimed = [&](const std::vector<ReservedJob>& claimed) {
        said = std::async(std::launch::async, [&, held = claimed.front()] {
            append_log(*pool->acquire(soon()), schema, held, uuid, {"early"});
            value_or_throw(report_progress(*pool->acquire(soon()), schema, held, uuid, 7, "begun"));
        });
        // It either waits for the commit or is done, wrongly, long before.
        said.wait_for(std::chrono::milliseconds(200));
    };
    const auto jobs =
        reserve(*pool, soon(), schema, "default", 1, me, LeaseRules(), cursor, on_claimed);
    ASSERT_EQ(jobs.size(), 1U);
    said.get();
    const Json shown = value_or_throw(show_job(*pool->acquire(soon()), schema, uuid));
    EXPECT_EQ(shown.at("log").at(0).at("line"), "early");
    EXPECT_EQ(shown.at("progress"), 7);
}

} // namespace
} // namespace bgerp::queue
