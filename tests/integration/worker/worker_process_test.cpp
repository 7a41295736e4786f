// The worker as a process of its own: killed, stopped in its tracks, asked to end, asked twice. The
// jobs are shell scripts whose progress shows in files, so that every step waits for the one before
// and none for a length of time.
#include "base/process.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

namespace bgerp::worker {
namespace {

namespace fs = std::filesystem;

class WorkerProcessTest : public WorkerFixture {
protected:
    WorkerProcessTest() { configure(""); }

    /// With more keys of the section `worker`, each after a comma. A short lease is for tests that
    /// wait for its end: a worker on a busy machine may stand still for as long and lose its job.
    void configure(const std::string& worker_keys, int lease_s = 15) {
        std::ofstream config(file("bgerp.yaml"));
        config
            << platform_.database().config_section()
            << "security: {master_key_file: " << config_.security.master_key_file << "}\n"
            << "storage: {dir: " << file("files") << "}\n"
            << "queue: {lease_s: " << lease_s << "}\n"
            << "worker: {sweep_ms: 50, concurrency: 2, shutdown_grace_s: 30" << worker_keys << "}\n"
            << "exec:\n"
            // The first run says that it began and waits for `go`; any later one ends at once.
            << "  once_stuck:\n    command: [/bin/sh, -c, \""
            << "cd " << platform_.database().folder()
            << "; if [ -e begun ]; then echo second; else echo $$ >begun.new;"
            << " mv begun.new begun; while [ ! -e go ]; do sleep 0.02; done; echo first; fi\"]\n";
    }

    [[nodiscard]] std::string file(const std::string& name) {
        return platform_.database().folder() + "/" + name;
    }

    void touch(const std::string& name) { std::ofstream made(file(name)); }

    [[nodiscard]] bool appears(const std::string& name) {
        return eventually([&] { return fs::exists(file(name)); });
    }

    /// The process that runs the first script.
    [[nodiscard]] pid_t script_pid() {
        pid_t pid = 0;
        std::ifstream(file("begun")) >> pid;
        return pid;
    }

    Process start_process() {
        ProcessOptions options;
        options.command = {BGERP_WORKER_PROGRAM, "--config", file("bgerp.yaml")};
        options.stderr_file = file("worker.log");
        return value_or_throw(Process::start(options));
    }

    [[nodiscard]] std::string log() {
        std::ifstream text(file("worker.log"));
        return {std::istreambuf_iterator<char>(text), {}};
    }
};

TEST_F(WorkerProcessTest, a_killed_workers_job_is_rescued_and_its_program_dies_with_it) {
    configure("", 2);
    auto first = start_process();
    const auto uuid = push("once_stuck");
    ASSERT_TRUE(appears("begun")) << log();
    const pid_t script = script_pid();
    first.signal_group(SIGKILL);
    ASSERT_TRUE(first.wait(platform_.soon()));
    EXPECT_TRUE(wait_for_exit(script, platform_.soon())) << "nobody would stop it any more";
    auto second = start_process();
    ASSERT_TRUE(becomes(uuid, "completed")) << log();
    EXPECT_EQ(job(uuid).at("output"), "second\n");
    EXPECT_EQ(number("SELECT COUNT(*) FROM failed_jobs"), 0);
    second.signal_group(SIGTERM);
    const auto exit = second.wait(platform_.soon());
    ASSERT_TRUE(exit);
    EXPECT_TRUE(exit->success()) << log();
}

TEST_F(WorkerProcessTest, a_worker_that_slept_through_its_lease_changes_nothing) {
    configure("", 2);
    auto sleeper = start_process();
    const auto uuid = push("once_stuck");
    ASSERT_TRUE(appears("begun")) << log();
    kill(sleeper.pid(), SIGSTOP);
    auto other = start_process();
    ASSERT_TRUE(becomes(uuid, "completed")) << log();
    EXPECT_EQ(job(uuid).at("output"), "second\n");
    touch("go"); // the sleeper's script ends well, and too late
    kill(sleeper.pid(), SIGCONT);
    other.signal_group(SIGTERM);
    ASSERT_TRUE(other.wait(platform_.soon()));
    const auto next = push("noop");
    ASSERT_TRUE(becomes(next, "completed")) << "the sleeper is awake and goes on\n" << log();
    EXPECT_EQ(job(uuid).at("output"), "second\n");
    EXPECT_EQ(state(uuid), "completed");
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM failed_jobs"), 0);
}

// Q32
TEST_F(WorkerProcessTest, asked_to_end_it_finishes_what_it_began) {
    auto worker = start_process();
    const auto uuid = push("once_stuck");
    ASSERT_TRUE(appears("begun")) << log();
    worker.signal_group(SIGTERM);
    ASSERT_TRUE(eventually([&] { return log().find("worker stops") != std::string::npos; }));
    touch("go");
    const auto exit = worker.wait(platform_.soon());
    ASSERT_TRUE(exit);
    EXPECT_TRUE(exit->success()) << log();
    EXPECT_EQ(state(uuid), "completed");
    EXPECT_EQ(job(uuid).at("output"), "first\n");
}

// Q32
TEST_F(WorkerProcessTest, asked_twice_it_gives_back_what_it_began) {
    auto worker = start_process();
    const auto uuid = push("once_stuck");
    ASSERT_TRUE(appears("begun")) << log();
    worker.signal_group(SIGTERM);
    ASSERT_TRUE(eventually([&] { return log().find("worker stops") != std::string::npos; }));
    kill(worker.pid(), SIGTERM);
    const auto exit = worker.wait(platform_.soon());
    ASSERT_TRUE(exit);
    EXPECT_TRUE(exit->success()) << log();
    EXPECT_EQ(state(uuid), "available");
    EXPECT_EQ(number("SELECT attempts FROM jobs WHERE reserved_at IS NULL"), 0);
}

TEST_F(WorkerProcessTest, Q33_it_ends_after_its_jobs) {
    configure(", jobs_max: 3");
    for (int i = 0; i < 8; ++i) {
        push("noop");
    }
    auto worker = start_process();
    const auto exit = worker.wait(platform_.soon());
    ASSERT_TRUE(exit) << log();
    EXPECT_TRUE(exit->success()) << log();
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs"), 5);
    EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE reserved_at IS NOT NULL"), 0);
}

TEST_F(WorkerProcessTest, Q33_it_ends_after_its_lifetime_and_finishes_what_it_began) {
    configure(", lifetime_s: 1");
    const auto uuid = push("once_stuck");
    auto worker = start_process();
    ASSERT_TRUE(eventually([&] { return log().find("its time is over") != std::string::npos; }));
    touch("go");
    const auto exit = worker.wait(platform_.soon());
    ASSERT_TRUE(exit) << log();
    EXPECT_TRUE(exit->success()) << log();
    EXPECT_TRUE(state(uuid) == "completed" || state(uuid) == "available") << state(uuid);
}

TEST_F(WorkerProcessTest, Q33_limits_that_cant_be_read_keep_it_from_starting) {
    configure(", kind_concurrency: [noop]");
    auto worker = start_process();
    const auto exit = worker.wait(platform_.soon());
    ASSERT_TRUE(exit) << log();
    EXPECT_EQ(exit->status, 1) << log();
    EXPECT_NE(log().find("worker.kind_concurrency"), std::string::npos) << log();
}

TEST_F(WorkerProcessTest, the_command_line_is_checked) {
    ProcessOptions options;
    options.stdout_file = file("out");
    options.stderr_file = file("out");
    options.command = {BGERP_WORKER_PROGRAM, "--no-such-option"};
    EXPECT_EQ(value_or_throw(Process::start(options)).wait(platform_.soon())->status, 2);
    options.command = {BGERP_WORKER_PROGRAM, "--help"};
    EXPECT_EQ(value_or_throw(Process::start(options)).wait(platform_.soon())->status, 0);
    options.command = {BGERP_WORKER_PROGRAM, "--config", file("none.yaml")};
    EXPECT_EQ(value_or_throw(Process::start(options)).wait(platform_.soon())->status, 3);
}

} // namespace
} // namespace bgerp::worker
