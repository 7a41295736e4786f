// Q40: kinds that are programs, through the whole worker: what goes in and comes out, what a bad
// program can't do, and that everything it started ends with it. The child itself: run_child_test.
#include "tests/integration/worker/worker_fixture.hpp"
#include "worker/handlers/exec.hpp"

#include <csignal>
#include <fstream>

namespace bgerp::worker {
namespace {

class ExecHandlerTest : public WorkerFixture {
protected:
    ~ExecHandlerTest() override { stop_workers(); }

    void
    declare(const std::string& script, std::chrono::seconds timeout = std::chrono::seconds(60)) {
        exec_.kind = "script";
        exec_.command = {"/bin/sh", "-c", script};
        handlers_.add("script", make_exec_handler(exec_), {timeout, {}, {}, exec_.fail_on});
    }

    std::string begin(queue::NewJob job = {}) {
        job.kind = "script";
        job.backoff_s = {600}; // what waits for its next try is seen waiting
        std::string uuid = push(tenant_, job);
        start_worker();
        return uuid;
    }

    Json ended(const std::string& uuid) {
        EXPECT_TRUE(eventually([&] {
            const std::string now = state(uuid);
            return now != "available" && now != "running";
        }));
        return job(uuid);
    }

    Json run(const std::string& script, queue::NewJob job = {}) {
        declare(script);
        return ended(begin(std::move(job)));
    }

    ExecConfig exec_;
};

TEST_F(ExecHandlerTest, Q40_ArgumentsGoInAndOutputComesOut) {
    queue::NewJob job;
    job.args = {{"n", 3}, {"text", "snow ☃"}};
    const Json done = run("cat", job);
    EXPECT_EQ(done["state"], "completed");
    EXPECT_EQ(done["output"], job.args);
}

TEST_F(ExecHandlerTest, Q40_ItKnowsItsJobAndNothingOfTheWorker) {
    const Json done = run("echo \"$BGERP_ORG $BGERP_JOB_ATTEMPT $BGERP_JOB_UUID\"");
    EXPECT_EQ(done["output"], "acme 1 " + done["uuid"].get<std::string>() + "\n");
}

TEST_F(ExecHandlerTest, Q40_ProgressIsShownWhileItRuns) {
    declare("echo 'progress: 42 halfway' >&2; read line; while :; do read -t 1 x; done");
    const std::string uuid = begin();
    EXPECT_TRUE(eventually([&] { return job(uuid)["progress"] == 42; }));
    EXPECT_EQ(job(uuid)["progress_message"], "halfway");
}

TEST_F(ExecHandlerTest, Q40_AProgramThatReadsNothingIsNoTrouble) {
    queue::NewJob job;
    job.args = {{"text", std::string(300'000, 'x')}}; // more than a pipe holds
    EXPECT_EQ(run("exec <&-; echo '{\"done\":1}'", job)["output"], (Json{{"done", 1}}));
}

TEST_F(ExecHandlerTest, Q40_BinaryJunkIsKeptAsText) {
    const Json done = run("printf '\\377\\000\\001{\\200'; head -c 3000 /dev/urandom");
    EXPECT_EQ(done["state"], "completed");
    EXPECT_TRUE(done["output"].is_string());
}

TEST_F(ExecHandlerTest, Q40_HugeOutputEndsIt) {
    exec_.output_kib_max = 64;
    const Json done = run("yes");
    EXPECT_EQ(done["state"], "failed");
    EXPECT_EQ(done["error"], "too_large: the program's output passed its limit");
}

TEST_F(ExecHandlerTest, Q40_TheMemoryLimitIsReallyHit) {
    exec_.memory_mib_max = 64;
    exec_.fail_on = {"exit:1"};
    const Json done = run("python3 -c 'x = bytearray(200 << 20); print(len(x))' 2>/dev/null");
    EXPECT_EQ(done["state"], "failed") << "a bytearray of 200 MiB in 64";
}

TEST_F(ExecHandlerTest, Q40_TheSameProgramRunsWhereTheMemoryIsEnough) {
    exec_.memory_mib_max = 1024;
    EXPECT_EQ(run("python3 -c 'x = bytearray(200 << 20); print(len(x) >> 20)'")["output"], 200);
}

TEST_F(ExecHandlerTest, Q40_TimeOutKillsTheGrandchildToo) {
    const std::string pid_file = platform_.database().folder() + "/pid";
    // Time enough for the shells to start, however busy the machine is.
    declare("(sleep 600 & echo $! > " + pid_file + "; wait) & wait", std::chrono::seconds(6));
    const Json late = ended(begin());
    EXPECT_EQ(late["state"], "retryable");
    EXPECT_EQ(late["error"], "timeout: ran out of time");
    std::ifstream file(pid_file);
    pid_t grandchild = 0;
    ASSERT_TRUE(file >> grandchild);
    EXPECT_TRUE(eventually([&] { return ::kill(grandchild, 0) != 0; }));
}

TEST_F(ExecHandlerTest, Q40_CancellingKillsEvenWhoIgnoresTerm) {
    declare("trap '' TERM; echo 'progress: 1 up' >&2; while :; do sleep 600; done");
    const std::string uuid = begin();
    ASSERT_TRUE(eventually([&] { return job(uuid)["progress"] == 1; }));
    static_cast<void>(value_or_throw(
        queue::cancel_job(*pool(tenant_), platform_.soon(), queue::QueueSchema::current(), uuid)
    ));
    EXPECT_EQ(ended(uuid)["state"], "cancelled");
}

TEST_F(ExecHandlerTest, Q22_AnExitStatusOfTheKindFailsAtOnce) {
    exec_.fail_on = {"exit:3"};
    const Json done = run("echo 'no such customer' >&2; exit 3");
    EXPECT_EQ(done["state"], "failed");
    EXPECT_EQ(done["error"], "exit:3: the program ended with status 3: no such customer");
}

TEST_F(ExecHandlerTest, Q22_AnExitStatusOfTheJobFailsAtOnce) {
    queue::NewJob job;
    job.fail_on = {"exit:4", "signal:9"};
    EXPECT_EQ(run("exit 4", job)["state"], "failed");
}

TEST_F(ExecHandlerTest, Q22_AnotherExitStatusIsTriedAgain) {
    exec_.fail_on = {"exit:3"};
    EXPECT_EQ(run("exit 4")["state"], "retryable");
}

} // namespace
} // namespace bgerp::worker
