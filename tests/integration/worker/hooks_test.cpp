// Q29: hooks of the configuration through the whole worker. Each is a shell script that adds a line
// to a file.
#include "tests/integration/worker/worker_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace bgerp::worker {
namespace {

class HooksTest : public WorkerFixture {
protected:
    ~HooksTest() override { stop_workers(); }

    void add_hook(
        HookConfig::Event event,
        const std::string& name,
        const std::string& queue = "",
        const std::string& kind = ""
    ) {
        HookConfig hook;
        hook.on = event;
        hook.queue = queue;
        hook.kind = kind;
        hook.exec = {"/bin/sh", "-c", "line=$(cat); printf '%s\\n' \"$line\" >>\"$0\"", file(name)};
        config_.worker.hooks.push_back(hook);
    }

    [[nodiscard]] std::string file(const std::string& name) {
        return platform_.database().folder() + "/" + name;
    }

    /// How often the hook has ended, also while it is still being called.
    [[nodiscard]] std::ptrdiff_t calls(const std::string& name) {
        std::ifstream text(file(name));
        return std::count(std::istreambuf_iterator<char>(text), {}, '\n');
    }

    [[nodiscard]] std::vector<Json> told(const std::string& name) {
        std::vector<Json> all;
        std::ifstream lines(file(name));
        for (std::string line; std::getline(lines, line);) {
            all.push_back(value_or_throw(parse_json(line)));
        }
        return all;
    }
};

TEST_F(HooksTest, Q29_AFailingJobsHooksAreToldOfItsAttemptsAndItsEnd) {
    add_hook(HookConfig::Event::failed, "failed");
    add_hook(HookConfig::Event::dead, "dead");
    add_hook(HookConfig::Event::completed, "completed");
    handle("transfer", [](JobContext&) -> Result<Json> {
        return fail(ErrorCode::unavailable, "the bank is closed", {}, "what only the log gets");
    });
    queue::NewJob job;
    job.kind = "transfer";
    job.queue = "bank";
    job.max_tries = 2;
    job.backoff_s = {0};
    const std::string uuid = push(tenant_, job);
    Worker& worker = start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    worker.stop(); // what waits is told
    const auto failed = told("failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].at("event"), "failed");
    EXPECT_EQ(failed[0].at("org"), "acme");
    EXPECT_EQ(failed[0].at("uuid"), uuid);
    EXPECT_EQ(failed[0].at("kind"), "transfer");
    EXPECT_EQ(failed[0].at("queue"), "bank");
    EXPECT_EQ(failed[0].at("attempt"), 1);
    EXPECT_EQ(failed[0].at("state"), "available") << "at once";
    EXPECT_EQ(failed[0].at("error"), "unavailable: the bank is closed");
    EXPECT_EQ(failed[0].at("retry_in_s"), 0);
    EXPECT_TRUE(failed[0].at("ran_ms").is_number());
    EXPECT_TRUE(failed[0].at("waited_ms").is_number());
    const auto dead = told("dead");
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].at("attempt"), 2);
    EXPECT_EQ(dead[0].at("state"), "failed");
    EXPECT_EQ(dead[0].at("error"), "unavailable: the bank is closed");
    EXPECT_EQ(dead[0].at("retry_in_s"), nullptr);
    EXPECT_TRUE(told("completed").empty());
}

TEST_F(HooksTest, Q29_OnlyJobsOfTheirQueueAndKindAreTold) {
    add_hook(HookConfig::Event::started, "started", "mail.*");
    add_hook(HookConfig::Event::completed, "completed", "", "noop");
    add_hook(HookConfig::Event::completed, "others", "", "other");
    add_hook(HookConfig::Event::dead, "dead");
    queue::NewJob job;
    job.kind = "noop";
    const std::string first = push(tenant_, job);
    job.queue = "mail.bulk";
    const std::string second = push(tenant_, job);
    Worker& worker = start_worker();
    ASSERT_TRUE(becomes(first, "completed"));
    ASSERT_TRUE(becomes(second, "completed"));
    worker.stop();
    const auto started = told("started");
    ASSERT_EQ(started.size(), 1U);
    EXPECT_EQ(started[0].at("uuid"), second);
    EXPECT_EQ(started[0].at("state"), "running");
    EXPECT_EQ(told("completed").size(), 2U);
    EXPECT_TRUE(told("others").empty());
    EXPECT_TRUE(told("dead").empty());
}

TEST_F(HooksTest, Q29_AJobOfAnUnknownKindIsDead) {
    add_hook(HookConfig::Event::dead, "dead");
    const std::string uuid = push("nobody.knows");
    Worker& worker = start_worker();
    ASSERT_TRUE(becomes(uuid, "failed"));
    worker.stop();
    const auto dead = told("dead");
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].at("uuid"), uuid);
    EXPECT_EQ(dead[0].at("ran_ms"), nullptr);
}

TEST_F(HooksTest, Q29_AHookThatHangsHoldsUpNoJobAndNoOtherHook) {
    HookConfig hangs;
    hangs.on = HookConfig::Event::started;
    hangs.exec = {"/bin/sh", "-c", "sleep 600"};
    hangs.timeout_s = 300;
    config_.worker.hooks.push_back(hangs);
    add_hook(HookConfig::Event::completed, "completed");
    std::vector<std::string> uuids;
    for (int i = 0; i < 20; ++i) {
        uuids.push_back(push("noop"));
    }
    start_worker();
    for (const std::string& uuid : uuids) {
        EXPECT_TRUE(becomes(uuid, "completed"));
    }
    EXPECT_TRUE(eventually([&] { return calls("completed") == std::ssize(uuids); }));
}

} // namespace
} // namespace bgerp::worker
