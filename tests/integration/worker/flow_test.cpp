// Chains, sealed and checked arguments, aliases: what the worker does with them.
#include "core_db/args_key.hpp"
#include "tenant_db/queue/sealed_args.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

namespace bgerp::worker {
namespace {

class Flow : public WorkerFixture {
protected:
    ~Flow() override { stop_workers(); }

    static queue::NewJob of_kind(const std::string& kind) {
        queue::NewJob job;
        job.kind = kind;
        return job;
    }
};

TEST_F(Flow, Q14_AChainRunsAndHandsItsOutputOn) {
    handle("count", [](JobContext& context) -> Result<Json> {
        const Json& before = context.previous();
        return Json{{"n", before.is_null() ? 1 : before.at("n").get<int>() + 1}};
    });
    // Ends in the handler's own transaction.
    handle("write", [](JobContext& context) -> Result<Json> {
        Json output{{"n", context.previous().at("n").get<int>() + 10}};
        return mysql::with_transaction(
            context.pool(),
            context.deadline(),
            [&](mysql::Transaction& transaction) -> Result<Json> {
                return context.complete(transaction, output).map([&] { return output; });
            }
        );
    });
    queue::NewJob first = of_kind("count");
    first.tracked = false;
    first.chain = {of_kind("count"), of_kind("write"), of_kind("count")};
    first.chain.back().uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
    push(tenant_, first);
    start_worker();
    ASSERT_TRUE(eventually([&] {
        return number("SELECT COUNT(*) FROM job_run WHERE state = 'completed'") == 3;
    }));
    EXPECT_EQ(job(first.chain.back().uuid).at("output"), Json({{"n", 13}}));
}

TEST_F(Flow, Q14_AFailureTellsTheCatch) {
    handle("break", [](JobContext&) -> Result<Json> {
        return fail(ErrorCode::conflict, "broken");
    });
    handle("told", [](JobContext& context) -> Result<Json> { return context.previous(); });
    queue::NewJob first = of_kind("break");
    first.chain = {of_kind("noop")};
    first.chain_catch = {of_kind("told")};
    first.chain_catch[0].uuid = "01890a5d-ac96-774b-bcce-b302099a8058";
    const std::string uuid = push(tenant_, first);
    start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    ASSERT_TRUE(becomes(first.chain_catch[0].uuid, "completed"));
    EXPECT_EQ(job(first.chain_catch[0].uuid).at("output").at("error"), "conflict: broken");
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_run"), 2);
}

TEST_F(Flow, Q9_TheHandlerSeesWhatWasSealedAndAWrongKeyFailsClearly) {
    handle("read", [](JobContext& context) -> Result<Json> {
        return Json{{"length", context.args().at("secret").get<std::string>().size()}};
    });
    queue::NewJob sealed = of_kind("read");
    sealed.args = {{"secret", "12345"}};
    sealed.encrypted = true;
    queue::NewJob foreign = sealed;
    queue::seal_args(sealed, value_or_throw(core_db::args_key(config_.security, tenant_.org_id)));
    queue::seal_args(foreign, std::string(64, '0'));
    const std::string opened = push(tenant_, sealed);
    const std::string refused = push(tenant_, foreign);
    start_worker();
    ASSERT_TRUE(becomes(opened, "completed"));
    EXPECT_EQ(job(opened).at("output"), Json({{"length", 5}}));
    ASSERT_TRUE(becomes(refused, "failed"));
    EXPECT_EQ(job(refused).at("attempts"), 1);
    EXPECT_EQ(
        job(refused).at("error"),
        "forbidden: the job's arguments can't be opened with this platform's key"
    );
}

TEST_F(Flow, Q8_ArgumentsThatTheKindDoesNotTakeFailAtOnce) {
    HandlerOptions options;
    options.args = value_or_throw(JsonSchema::compile(R"({"required": ["n"]})"));
    handle(
        "strict",
        [](JobContext&) -> Result<Json> { return Json("ran"); },
        options
    );
    const std::string bad = push("strict", {{"m", 1}});
    const std::string good = push("strict", {{"n", 1}});
    start_worker();
    ASSERT_TRUE(becomes(good, "completed"));
    ASSERT_TRUE(becomes(bad, "failed"));
    EXPECT_EQ(job(bad).at("attempts"), 1);
    EXPECT_EQ(job(bad).at("error"), "invalid_argument: n is required");
}

TEST_F(Flow, Q11_AJobWithAnOldNameRuns) {
    handlers_.alias("App\\Jobs\\Nothing", "noop");
    const std::string uuid = push("App\\Jobs\\Nothing");
    start_worker();
    ASSERT_TRUE(becomes(uuid, "completed"));
}

} // namespace
} // namespace bgerp::worker
