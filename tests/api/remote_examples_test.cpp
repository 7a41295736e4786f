// Q42: the example workers of docs/examples, as they are, against a real server: jobs completed,
// one retried, a long one kept by heartbeats, one cancelled, and one whose worker was killed.
#include "base/process.hpp"
#include "tests/api/api_fixture.hpp"
#include "tests/support/eventually.hpp"

#include <csignal>
#include <filesystem>

namespace bgerp::server {
namespace {

using testing_support::eventually;

struct Example {
    const char* name;
    const char* interpreter;
    const char* file;
};

class RemoteExamples : public ApiTest, public ::testing::WithParamInterface<Example> {
protected:
    RemoteExamples() {
        config_.queue.remote_kinds = {"example.sum", "example.flaky", "example.wait"};
        config_.queue.lease_s = 6; // heartbeats come every two seconds, one may be late by three
    }

    Process start_example() {
        Environment environment = process_environment();
        environment["BGERP_URL"] = "http://127.0.0.1:" + std::to_string(server_->port());
        environment["BGERP_TOKEN"] = token_of(tenants_[0], {"jobs:work"});
        for (const char* const proxy : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
            environment.erase(proxy);
        }
        ProcessOptions options;
        options.command = {
            GetParam().interpreter,
            std::string(BGERP_EXAMPLES "/") + GetParam().file,
            "remote.example"};
        options.stdout_file = platform_.database().folder() + "/example.log";
        options.stderr_file = options.stdout_file;
        options.environment = environment;
        return value_or_throw(Process::start(options));
    }

    static void kill(Process& process) {
        process.signal_group(SIGKILL);
        EXPECT_TRUE(process.wait(Deadline::after(std::chrono::seconds(20))));
    }

    std::string push(const char* kind, const Json& args, Json more = Json::object()) {
        more.update({{"kind", kind}, {"args", args}, {"queue", "remote.example"}});
        const Answer pushed = post("/api/v1/jobs", more);
        EXPECT_EQ(pushed.status, 202) << pushed.raw.body;
        return pushed.json.value("uuid", "");
    }

    Json job(const std::string& uuid) { return get("/api/v1/jobs/" + uuid).json; }

    bool becomes(const std::string& uuid, const std::string& state) {
        return eventually([&] { return job(uuid).value("state", "") == state; });
    }
};

TEST_P(RemoteExamples, Q42_RunsJobsRetriesKeepsStopsAndMayDie) {
    start();
    const std::string sum = push("example.sum", {{"numbers", {1, 2, 39}}});
    const std::string flaky = push("example.flaky", Json::object(), {{"backoff_s", {0}}});
    const std::string unknown = push("example.sum", Json::object(), {{"max_tries", 1}});
    Process worker = start_example();
    ASSERT_TRUE(becomes(sum, "completed"));
    EXPECT_EQ(job(sum)["output"], (Json{{"sum", 42}}));
    ASSERT_TRUE(becomes(flaky, "completed"));
    EXPECT_EQ(job(flaky)["attempts"], 2);
    ASSERT_TRUE(becomes(unknown, "failed")) << "its handler threw";

    const std::string longer = push("example.wait", {{"seconds", 8}}); // more than a lease
    ASSERT_TRUE(becomes(longer, "completed"));
    EXPECT_EQ(job(longer)["attempts"], 1);

    const std::string unwanted = push("example.wait", {{"seconds", 600}});
    ASSERT_TRUE(becomes(unwanted, "running"));
    EXPECT_EQ(ask("DELETE", "/api/v1/jobs/" + unwanted, {token_}).status, 200);
    ASSERT_TRUE(becomes(unwanted, "cancelled"));

    // Long enough for its worker to be seen at it and killed, however busy the machine is.
    const std::string orphan = push("example.wait", {{"seconds", 6}});
    ASSERT_TRUE(becomes(orphan, "running"));
    kill(worker);
    Process another = start_example();
    ASSERT_TRUE(becomes(orphan, "completed"));
    EXPECT_EQ(job(orphan)["attempts"], 2) << "taken over after the lease";
    kill(another);
}

INSTANTIATE_TEST_SUITE_P(
    Languages,
    RemoteExamples,
    ::testing::Values(
        Example{"Python", "python3", "worker.py"}, Example{"Node", "node", "worker.mjs"}
    ),
    [](const auto& example) { return std::string(example.param.name); }
);

} // namespace
} // namespace bgerp::server
