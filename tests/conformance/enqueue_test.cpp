#include "base/ids.hpp"
#include "base/mysql/statement_hook.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <utility>

namespace bgerp::queue {
namespace {

using Enqueue = QueueFixture;

TEST_F(Enqueue, AJobExistsIfAndOnlyIfItsTransactionCommits) {
    mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        EXPECT_TRUE(enqueue(t, schema, job()).has_value());
        return false; // rolls back
    });
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(count("job_run"), 0);
    const std::string uuid = push(job());
    EXPECT_EQ(count("jobs"), 1);
    EXPECT_EQ(state_of(uuid), "available");
}

TEST_F(Enqueue, ManyJobsAreAllOrNone) {
    std::vector<NewJob> jobs(1234, job());
    jobs[1233].priority = 40'000;
    const auto refused = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return enqueue_many(t, schema, jobs);
    });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().field, "priority");
    EXPECT_EQ(count("jobs"), 0);

    jobs[1233].priority = -1;
    const std::vector<std::string> uuids = push_many(jobs);
    EXPECT_EQ(uuids.size(), 1234U);
    EXPECT_EQ(count("jobs"), 1234);
    EXPECT_EQ(count("job_run"), 1234);
    EXPECT_EQ(envelope_uuid(take_one().payload), uuids[1233]); // the smaller priority runs first
}

// Counts statements; the next one fails when told so.
class CountStatements final : public mysql::StatementHook {
public:
    [[nodiscard]] int before(std::string_view /*sql*/) override {
        ++count;
        return std::exchange(fail_before, 0);
    }

    [[nodiscard]] int after(std::string_view /*sql*/) override {
        return std::exchange(fail_after, 0);
    }

    int count = 0;
    int fail_before = 0;
    int fail_after = 0;
};

TEST_F(Enqueue, OneJobIsOneStatementWhereThatIsAllThereIsToWrite) {
    CountStatements statements;
    mysql::Endpoint endpoint = database.admin();
    endpoint.hook = &statements;
    mysql::Pool counted(endpoint, 1);
    static_cast<void>(counted.acquire(soon())->ping());
    NewJob plain = job();
    plain.tracked = false;
    statements.count = 0;
    const Pushed pushed = value_or_throw(push_one(counted, soon(), schema, plain));
    EXPECT_EQ(statements.count, 1);
    EXPECT_EQ(pushed.how, Pushed::How::added);
    EXPECT_EQ(envelope_uuid(take_one().payload), pushed.uuid);
    const Pushed tracked = value_or_throw(push_one(counted, soon(), schema, job()));
    EXPECT_EQ(state_of(tracked.uuid), "available");
    statements.fail_before = 1213;
    static_cast<void>(value_or_throw(push_one(counted, soon(), schema, plain)));
    EXPECT_EQ(count("jobs"), 3) << "a deadlock took the statement back, so it was run again";
    statements.fail_after = 2013;
    EXPECT_THROW(static_cast<void>(push_one(counted, soon(), schema, plain)), mysql::CommitUnknown);
    EXPECT_EQ(count("jobs"), 4) << "never twice";
    plain.priority = 40'000;
    EXPECT_EQ(push_one(counted, soon(), schema, plain).error().field, "priority");
}

TEST_F(Enqueue, DelayedJobsStayOffTheClaimsPath) {
    NewJob later = job();
    later.delay = std::chrono::hours(1);
    const std::string uuid = push(later);
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(count("job_delayed", "available_at >= UNIX_TIMESTAMP() + 3590"), 1);
    EXPECT_EQ(state_of(uuid), "scheduled");
    EXPECT_TRUE(take(me).empty());
}

TEST_F(Enqueue, WhatCantBeRunIsRefused) {
    const auto code_of = [&](const NewJob& bad) {
        const auto result = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return enqueue(t, schema, bad, {1000});
        });
        return result ? "accepted" : std::string(error_code_name(result.error().code));
    };
    NewJob bad = job("");
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad = job();
    bad.queue = std::string(256, 'q');
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad.queue = "a\xFF";
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad.queue.clear();
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad = job();
    bad.delay = std::chrono::seconds(-1);
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad.delay = std::chrono::hours(24 * 365 * 200);
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad = job();
    bad.uuid = "42";
    EXPECT_EQ(code_of(bad), "invalid_argument");
    bad = job();
    bad.args = {{"text", std::string(1000, 'x')}};
    EXPECT_EQ(code_of(bad), "too_large");
    bad = job();
    for (int i = 0; i < 64; ++i) {
        bad.args = Json::array({bad.args});
    }
    EXPECT_EQ(code_of(bad), "invalid_argument");
    EXPECT_EQ(count("jobs") + count("job_delayed"), 0);

    NewJob twice = job();
    twice.uuid = new_uuid();
    EXPECT_EQ(code_of(twice), "accepted");
    EXPECT_EQ(code_of(twice), "conflict");
    EXPECT_EQ(count("jobs"), 1);
}

TEST_F(Enqueue, LargeBatchesOfLargePayloadsFitTheServersPackets) {
    NewJob large = job();
    large.args = {{"text", std::string(900'000, 'x')}};
    push_many(std::vector<NewJob>(30, large));
    EXPECT_EQ(count("jobs", "LENGTH(payload) > 900000"), 30);
}

// job_run remembers where its job's row is by counting on from the first id of a statement.
TEST_F(Enqueue, IdsOfOneStatementAreConsecutiveUnderConcurrency) {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
                push_many(std::vector<NewJob>(137, job()));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(
        number(
            "SELECT COUNT(*) FROM jobs JOIN job_run ON job_id = id AND job_run.queue = jobs.queue"
            " WHERE uuid = JSON_VALUE(payload, '$.uuid')"
        ),
        4 * 5 * 137
    );
}

TEST_F(Enqueue, ARowThatLaravelPushedRuns) {
    execute(
        "INSERT INTO jobs (queue, attempts, reserved_at, available_at, created_at, payload)"
        " VALUES ('default', 0, NULL, UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), ?)",
        {R"({"displayName":"noop","job":"noop","maxTries":3,"data":{"a":1}})"}
    );
    const ReservedJob reserved = take_one();
    EXPECT_EQ(parse_envelope(reserved.payload)->kind, "noop");
    EXPECT_EQ(reserved.fence.attempts, 1);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&reserved, "", "", ""}}), 0U);
    EXPECT_EQ(count("jobs"), 0);
}

} // namespace
} // namespace bgerp::queue
