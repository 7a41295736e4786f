// Schedules, a worker that ends by itself, benchmarks, and the whole platform in the foreground.
#include "base/process.hpp"
#include "tests/support/cli_runner.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing_support::CliResult;
using testing_support::CliRunner;
using testing_support::eventually;

class ServicesCli : public testing::Test {
protected:
    ServicesCli() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "base"}).status, 0);
    }

    std::string file(const std::string& name) { return cli_.database().folder() + "/" + name; }

    std::string read(const std::string& name) {
        std::stringstream text;
        text << std::ifstream(file(name), std::ios::binary).rdbuf();
        return text.str();
    }

    [[nodiscard]] bool says(const std::string& text) {
        return eventually([&] { return read("up.out").find(text) != std::string::npos; });
    }

    /// `bgerp up` with these lines of configuration, when all of it is ready.
    Process start_up(const std::string& configuration) {
        std::ofstream(cli_.config_file(), std::ios::app) << "server: {port: 0}\n" << configuration;
        ProcessOptions options;
        options.command = {BGERP_PROGRAM, "--config", cli_.config_file(), "up"};
        options.stdout_file = file("up.out");
        options.stderr_file = file("up.log");
        auto up = value_or_throw(Process::start(options));
        EXPECT_TRUE(
            says("server is ready") && says("scheduler is ready") && says("worker is ready")
        ) << read("up.out")
          << read("up.log");
        return up;
    }

    /// The process of a program that `out` says is ready.
    static pid_t pid_in(const std::string& out, const std::string& program) {
        const std::string ready = program + " is ready, process ";
        return std::stoi(out.substr(out.find(ready) + ready.size()));
    }

    std::string state(const std::string& uuid) {
        return cli_.json({"job", "show", "acme", uuid}).json().at("state");
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(ServicesCli, SchedulesAreKept) {
    const CliResult added = cli_.json(
        {"schedule",
         "add",
         "acme",
         "nightly",
         "--cron",
         "30 2 * * *",
         "--time-zone",
         "Europe/Berlin",
         "--kind",
         "noop",
         "--args",
         R"({"a":1})"}
    );
    ASSERT_EQ(added.status, 0) << added.remarks;
    EXPECT_EQ(added.json().at("args"), (Json{{"a", 1}}));
    EXPECT_EQ(cli_.json({"schedule", "list", "acme"}).json().size(), 1U);
    const std::vector<std::string>
        again{"schedule", "add", "acme", "nightly", "--cron", "@daily", "--kind", "noop"};
    EXPECT_EQ(cli_.run(again).status, 4);
    const CliResult wrong =
        cli_.run({"schedule", "add", "acme", "x", "--cron", "61 * * * *", "--kind", "noop"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.remarks, HasSubstr("minute"));
    EXPECT_EQ(cli_.run({"schedule", "add", "acme", "x"}).status, 2);

    const auto edited = cli_.json(
        {"schedule", "edit", "acme", "nightly", "--cron", "H 3 * * *", "--missed", "backfill"}
    );
    ASSERT_EQ(edited.status, 0) << edited.out;
    EXPECT_EQ(edited.json().at("missed"), "backfill");
    EXPECT_EQ(edited.json(), cli_.json({"schedule", "show", "acme", "nightly"}).json());
    EXPECT_EQ(cli_.run({"schedule", "edit", "acme", "nightly", "--cron", "H 25 * * *"}).status, 1);
    EXPECT_EQ(cli_.run({"schedule", "edit", "acme", "nobody"}).status, 3);
    EXPECT_TRUE(cli_.json({"schedule", "pause", "acme", "nightly"}).json().at("paused"));
    EXPECT_FALSE(cli_.json({"schedule", "resume", "acme", "nightly"}).json().at("paused"));
    const std::string uuid = cli_.json({"schedule", "run", "acme", "nightly"}).json().at("uuid");
    EXPECT_EQ(state(uuid), "available");
    EXPECT_EQ(cli_.run({"schedule", "remove", "acme", "nightly"}).status, 0);
    EXPECT_EQ(cli_.run({"schedule", "remove", "acme", "nightly"}).status, 3);
    EXPECT_EQ(cli_.run({"schedule", "run", "acme", "nightly"}).status, 3);
}

TEST_F(ServicesCli, AWorkerEndsWhenNothingIsLeft) {
    std::vector<std::string> uuids;
    for (int i = 0; i < 3; ++i) {
        uuids.push_back(cli_.json({"job", "push", "acme", "noop"}).json().at("uuid"));
    }
    ASSERT_EQ(cli_.run({"work", "acme", "--max-jobs", "1"}).status, 0);
    int completed = 0;
    for (const std::string& uuid : uuids) {
        completed += state(uuid) == "completed" ? 1 : 0;
    }
    EXPECT_EQ(completed, 1);
    EXPECT_EQ(cli_.run({"queue", "pause", "acme", "default"}).status, 0);
    ASSERT_EQ(cli_.run({"work", "--stop-when-empty"}).status, 0)
        << "what is paused isn't waited for";
    EXPECT_EQ(cli_.run({"queue", "resume", "acme", "default"}).status, 0);
    ASSERT_EQ(cli_.run({"work", "--stop-when-empty", "--queues", "default"}).status, 0);
    for (const std::string& uuid : uuids) {
        EXPECT_EQ(state(uuid), "completed");
    }
    EXPECT_EQ(cli_.run({"work", "--concurrency", "0"}).status, 2);
    EXPECT_EQ(cli_.run({"work", "Not-A-Code"}).status, 1);
    EXPECT_EQ(cli_.run({"work", "nobody"}).status, 3);
}

TEST_F(ServicesCli, BenchmarksMeasureAndCleanUp) {
    const CliResult queue = cli_.json({"bench", "queue", "--jobs", "500", "--tenants", "2"});
    ASSERT_EQ(queue.status, 0) << queue.remarks;
    const Json document = queue.json();
    EXPECT_EQ(document.size(), 4U);
    EXPECT_EQ(document.at("jobs"), 500);
    EXPECT_EQ(document.at("tenants"), 2);
    EXPECT_GT(document.at("enqueue_per_s"), 0);
    EXPECT_GT(document.at("drain_per_s"), 0);
    const CliResult latency = cli_.json({"bench", "latency", "--jobs", "5"});
    ASSERT_EQ(latency.status, 0) << latency.remarks;
    EXPECT_GT(latency.json().at("p50_ms"), 0);
    EXPECT_GE(latency.json().at("p99_ms"), latency.json().at("p50_ms"));
    EXPECT_EQ(cli_.json({"org", "list"}).json().size(), 1U) << "only acme is left";
}

TEST_F(ServicesCli, UpLeavesNobodyBehindWhenItIsKilled) {
    Process up = start_up("");
    const std::string out = read("up.out");
    kill(up.pid(), SIGKILL);
    ASSERT_TRUE(up.wait(Deadline::after(std::chrono::minutes(1))));
    for (const std::string program : {"server", "scheduler", "worker"}) {
        const pid_t pid = pid_in(out, program);
        EXPECT_TRUE(wait_for_exit(pid, Deadline::after(std::chrono::minutes(1)))) << program;
    }
}

TEST_F(ServicesCli, ASecondSignalHurriesUp) {
    Process up = start_up("worker: {shutdown_grace_s: 600}\n"
                          "exec: {endless: {command: [/bin/sh, -c, 'exec sleep 600']}}\n");
    const std::string uuid = cli_.json({"job", "push", "acme", "endless"}).json().at("uuid");
    ASSERT_TRUE(eventually([&] { return state(uuid) == "running"; })) << read("up.log");
    kill(up.pid(), SIGINT);
    ASSERT_TRUE(says("server has stopped"));
    kill(up.pid(), SIGINT);
    const auto exit = up.wait(Deadline::after(std::chrono::minutes(1)));
    ASSERT_TRUE(exit) << "it waits for the running job";
    EXPECT_TRUE(exit->success()) << read("up.out");
    EXPECT_TRUE(says("stopping at once"));
    EXPECT_EQ(state(uuid), "available");
}

TEST_F(ServicesCli, UpRunsAllAndRestartsWhatDies) {
    Process up = start_up("");
    const auto all = [&] { return read("up.out") + read("up.log"); };
    const std::string ready = "worker is ready, process ";
    const std::string uuid = cli_.json({"job", "push", "acme", "noop"}).json().at("uuid");
    EXPECT_TRUE(eventually([&] { return state(uuid) == "completed"; })) << all();

    kill(pid_in(read("up.out"), "worker"), SIGKILL);
    ASSERT_TRUE(says("worker was killed by signal 9")) << all();
    ASSERT_TRUE(eventually([&] {
        const std::string now = read("up.out");
        return now.find(ready) != now.rfind(ready);
    })) << all();

    kill(up.pid(), SIGINT);
    const auto exit = up.wait(Deadline::after(std::chrono::minutes(2)));
    ASSERT_TRUE(exit) << all();
    EXPECT_TRUE(exit->success()) << all();
    EXPECT_TRUE(says("all has stopped")) << all();
    EXPECT_EQ(cli_.run({"org", "list"}).status, 0) << "a database that ran before runs on";
}

} // namespace
} // namespace bgerp
