// Jobs that are more than one attempt, through a real worker: workflows (Q15), steps and cursors
// (Q16), signals (Q17), snoozing (Q23), log lines (Q30).
#include "tenant_db/queue/job_signal.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

namespace bgerp::worker {
namespace {

class LongJobs : public WorkerFixture {
protected:
    ~LongJobs() override { stop_workers(); } // before the members below go

    static queue::NewStep
    step(const std::string& name, const std::string& kind, std::vector<std::string> after = {}) {
        queue::NewStep fresh;
        fresh.name = name;
        fresh.job.kind = kind;
        fresh.after = std::move(after);
        return fresh;
    }

    std::string make(std::vector<queue::NewStep> steps) {
        return mysql::with_transaction(
            *pool(tenant_),
            platform_.soon(),
            [&](mysql::Transaction& t) {
                return value_or_throw(queue::create_workflow(
                    t,
                    queue::QueueSchema::current(),
                    {"test", steps, queue::OnFailure::stop}
                ));
            }
        );
    }

    Json workflow(const std::string& id) {
        return value_or_throw(queue::show_workflow(
            *pool(tenant_)->acquire(platform_.soon()),
            queue::QueueSchema::current(),
            id
        ));
    }

    bool workflow_becomes(const std::string& id, const std::string& state) {
        return eventually([&] { return workflow(id).at("state") == state; });
    }

    std::string push_impatient(const std::string& kind) {
        queue::NewJob impatient;
        impatient.kind = kind;
        impatient.backoff_s = {0};
        return push(tenant_, impatient);
    }

    void make_ledger() {
        const auto admin = platform_.database().admin_pool(tenant_.database, 1);
        admin->acquire(platform_.soon())->execute("CREATE TABLE ledger (entry VARCHAR(50))");
    }

    std::atomic<int> attempts_{0};
    std::atomic<bool> broken_{true};
    std::atomic<bool> ran_{false};
};

TEST_F(LongJobs, Q15_StepsRunInOrderAndSeeWhatWasBefore) {
    handle("number", [](JobContext& context) -> Result<Json> { return context.args().at("n"); });
    handle("sum", [](JobContext& context) -> Result<Json> {
        std::int64_t sum = 0;
        for (const Json& parent : context.args().at("workflow").at("parents")) {
            sum += parent.at("output").get<std::int64_t>();
        }
        return Json(sum);
    });
    std::vector<queue::NewStep> steps{
        step("one", "number"),
        step("two", "number"),
        step("sum", "sum", {"one", "two"}),
        step("again", "sum", {"sum", "one"})};
    steps[0].job.args = {{"n", 1}};
    steps[1].job.args = {{"n", 2}};
    start_worker();
    const std::string id = make(steps);
    ASSERT_TRUE(workflow_becomes(id, "completed")) << workflow(id).dump();
    EXPECT_EQ(workflow(id).at("steps").at(2).at("output"), 3);
    EXPECT_EQ(workflow(id).at("steps").at(3).at("output"), 4);
}

TEST_F(LongJobs, Q15_AStepThatCompletesInItsOwnTransactionLetsTheNextBegin) {
    make_ledger();
    handle("transactional", [](JobContext& context) -> Result<Json> {
        return mysql::with_transaction(
            context.pool(),
            context.deadline(),
            [&](mysql::Transaction& t) -> Result<Json> {
                t.execute("INSERT INTO ledger VALUES (?)", {context.envelope().uuid});
                return context.complete(t, "done").map([] { return Json("done"); });
            }
        );
    });
    start_worker();
    const std::string id = make({step("a", "transactional"), step("b", "transactional", {"a"})});
    ASSERT_TRUE(workflow_becomes(id, "completed")) << workflow(id).dump();
    EXPECT_EQ(number("SELECT COUNT(*) FROM ledger"), 2);
    EXPECT_EQ(workflow(id).at("steps").at(0).at("output"), "done");
}

TEST_F(LongJobs, Q15_AfterAFailureWaitingStepsAreDropped) {
    handle("fragile", [&](JobContext&) -> Result<Json> {
        return broken_ ? Result<Json>(fail(ErrorCode::conflict, "broken")) : Json("mended");
    });
    start_worker();
    const std::string id = make({step("a", "fragile"), step("b", "noop", {"a"})});
    ASSERT_TRUE(workflow_becomes(id, "failed")) << workflow(id).dump();
    EXPECT_EQ(workflow(id).at("steps").at(1).at("state"), "waiting");
    broken_ = false;
    value_or_throw(
        queue::retry_workflow(*pool(tenant_), platform_.soon(), queue::QueueSchema::current(), id)
    );
    ASSERT_TRUE(workflow_becomes(id, "completed")) << workflow(id).dump();
}

TEST_F(LongJobs, Q16_AFinishedStepNeverRunsAgain) {
    make_ledger();
    handle("three steps", [&](JobContext& context) -> Result<Json> {
        ++attempts_;
        Json outputs = Json::array();
        for (const char* const name : {"first", "second", "third"}) {
            auto output = context.step(name, [&](mysql::Transaction& t) -> Result<Json> {
                t.execute("INSERT INTO ledger VALUES (?)", {name});
                if (name == std::string("third") && attempts_ < 3) {
                    return fail(ErrorCode::internal, "not yet");
                }
                return Json(attempts_.load());
            });
            if (!output) {
                return output;
            }
            outputs.push_back(*output);
        }
        return outputs;
    });
    start_worker();
    const std::string uuid = push_impatient("three steps");
    ASSERT_TRUE(becomes(uuid, "completed")) << job(uuid).dump();
    EXPECT_EQ(job(uuid).at("output"), (Json{1, 1, 3}));
    EXPECT_EQ(number("SELECT COUNT(*) FROM ledger"), 3);
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_step"), 0);
}

TEST_F(LongJobs, Q16_ACursorGoesOnWhereItStopped) {
    make_ledger();
    handle("walk", [&](JobContext& context) -> Result<Json> {
        ++attempts_;
        const Json begun = context.cursor("at");
        for (int at = begun.is_null() ? 0 : begun.get<int>(); at < 10;) {
            const auto moved = mysql::with_transaction(
                context.pool(),
                context.deadline(),
                [&](mysql::Transaction& t) -> Result<void> {
                    t.execute("INSERT INTO ledger VALUES (?)", {std::to_string(at)});
                    return context.save_cursor(t, "at", at + 1);
                }
            );
            if (!moved) {
                return tl::unexpected(moved.error());
            }
            ++at;
            if (at == 4 && attempts_ == 1) {
                return fail(ErrorCode::internal, "stumbles");
            }
        }
        return Json(begun);
    });
    start_worker();
    const std::string uuid = push_impatient("walk");
    ASSERT_TRUE(becomes(uuid, "completed")) << job(uuid).dump();
    EXPECT_EQ(job(uuid).at("output"), 4);
    EXPECT_EQ(number("SELECT COUNT(*) FROM ledger"), 10);
    EXPECT_EQ(number("SELECT COUNT(DISTINCT entry) FROM ledger"), 10);
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_step"), 0);
}

TEST_F(LongJobs, Q17_AStepWaitsForASignalWithoutASlot) {
    config_.worker.concurrency = 1;
    start_worker();
    queue::NewStep gate = step("gate", queue::wait_kind);
    gate.job.args = {{"signal", "approved"}};
    const std::string id = make({gate, step("go", "noop", {"gate"})});
    const std::string uuid = workflow(id).at("steps").at(0).at("job");
    ASSERT_TRUE(eventually([&] { return job(uuid).at("waiting_for") == "approved"; }));
    EXPECT_TRUE(becomes(push("noop"), "completed")); // the only slot is free
    const auto sent = value_or_throw(queue::send_signal(
        *pool(tenant_),
        platform_.soon(),
        queue::QueueSchema::current(),
        uuid,
        "approved",
        {{"by", "ann"}}
    ));
    EXPECT_TRUE(sent.woke);
    ASSERT_TRUE(workflow_becomes(id, "completed")) << workflow(id).dump();
    EXPECT_EQ(
        workflow(id).at("steps").at(0).at("output"),
        (Json{{"signal", "approved"}, {"payload", {{"by", "ann"}}}})
    );
    EXPECT_EQ(job(uuid).at("attempts"), 1);
}

TEST_F(LongJobs, Q17_WithoutItInTimeTheWaitFailsOrGoesOn) {
    start_worker();
    const std::string strict = push(queue::wait_kind, {{"signal", "x"}, {"timeout_s", 1}});
    const std::string mild =
        push(queue::wait_kind, {{"signal", "x"}, {"timeout_s", 1}, {"on_timeout", "continue"}});
    EXPECT_TRUE(becomes(strict, "failed"));
    EXPECT_TRUE(becomes(mild, "completed"));
    EXPECT_EQ(job(mild).at("output").at("timed_out"), true);
    EXPECT_TRUE(becomes(push(queue::wait_kind), "failed")) << "no signal is named";
}

TEST_F(LongJobs, Q23_SnoozedAndReleasedJobsSpendNoAttempt) {
    handle("sleepy", [&](JobContext& context) -> Result<Json> {
        switch (++attempts_) {
        case 1:
            return context.snooze(std::chrono::seconds(1));
        case 2:
            return context.release();
        default:
            return Json(context.attempt());
        }
    });
    start_worker();
    queue::NewJob once;
    once.kind = "sleepy";
    once.max_tries = 1;
    const std::string uuid = push(tenant_, once);
    ASSERT_TRUE(becomes(uuid, "completed")) << job(uuid).dump();
    EXPECT_EQ(attempts_, 3);
    EXPECT_EQ(job(uuid).at("output"), 1);
    EXPECT_EQ(job(uuid).at("attempts"), 1);
    EXPECT_TRUE(job(uuid).at("history").empty());
}

TEST_F(LongJobs, Q23_ASnoozeDoesNotOutliveACancelling) {
    handle("sleepy", [&](JobContext& context) -> Result<Json> {
        ran_ = true;
        EXPECT_TRUE(eventually([&] { return context.stop_requested(); }));
        return context.snooze(std::chrono::seconds(3600));
    });
    start_worker();
    const std::string uuid = push("sleepy");
    ASSERT_TRUE(eventually([&] { return ran_.load(); }));
    value_or_throw(
        queue::cancel_job(*pool(tenant_), platform_.soon(), queue::QueueSchema::current(), uuid)
    );
    EXPECT_TRUE(becomes(uuid, "cancelled"));
}

TEST_F(LongJobs, Q30_LogLinesAreKeptWithTheJob) {
    handle("talkative", [](JobContext& context) -> Result<Json> {
        for (int i = 0; i < 5; ++i) {
            context.log("line " + std::to_string(i));
        }
        if (context.attempt() == 1) {
            return fail(ErrorCode::internal, "once more");
        }
        return mysql::with_transaction(
            context.pool(),
            context.deadline(),
            [&](mysql::Transaction& t) -> Result<Json> {
                return context.complete(t, Json()).map([] { return Json(); });
            }
        );
    });
    start_worker();
    const std::string uuid = push_impatient("talkative");
    ASSERT_TRUE(becomes(uuid, "completed")) << job(uuid).dump();
    const Json log = job(uuid).at("log");
    ASSERT_EQ(log.size(), 10U) << log.dump();
    EXPECT_EQ(log[4].at("line"), "line 4");
    EXPECT_EQ(log[4].at("attempt"), 1);
    EXPECT_EQ(log[9].at("attempt"), 2);
}

} // namespace
} // namespace bgerp::worker
