// The HTTP core's limits of time, number and memory, and its shutdown.
#include "tests/api/http_core_fixture.hpp"

#include <fstream>
#include <future>

namespace bgerp::http {
namespace {

using bgerp::testing::RawClient;
using bgerp::testing::RawResponse;
using namespace std::chrono_literals;

TEST_F(HttpCore, SlowClientsAreCutOff) {
    options_.limits.idle_time = 100ms;
    options_.limits.request_time = 100ms;
    const std::uint16_t port = start();
    RawClient silent(port);
    RawClient half_head(port);
    RawClient half_body(port);
    half_head.send("GET /echo HT");
    half_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_TRUE(silent.closed_by_server());
    EXPECT_TRUE(half_head.closed_by_server());
    EXPECT_TRUE(half_body.closed_by_server());
}

TEST_F(HttpCore, AFullQueueIs503WithRetryAfter) {
    const std::uint16_t port = start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 4; ++i) { // two run, two wait
        clients.push_back(std::make_unique<RawClient>(port));
        ASSERT_TRUE(clients.back()->send(get("/wait")));
        application_.wait_for(std::min(i + 1, 2));
    }
    while (server_->stats().blocking_waiting < 2) {
        std::this_thread::yield();
    }
    const RawResponse refused = RawClient(port).ask(get("/work"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_FALSE(refused.header("retry-after").empty());
    application_.release();
    for (const auto& client : clients) {
        EXPECT_EQ(client->receive().status, 200);
    }
    EXPECT_EQ(RawClient(port).ask(get("/work")).status, 200) << "and it recovers";
}

TEST_F(HttpCore, ConnectionsAboveTheLimitGet503) {
    options_.limits.connections_max = 2;
    const std::uint16_t port = start();
    {
        RawClient first(port);
        RawClient second(port);
        EXPECT_EQ(first.ask(get("/echo")).status, 200);
        EXPECT_EQ(second.ask(get("/echo")).status, 200);
        const RawResponse refused = RawClient(port).ask(get("/echo"));
        EXPECT_EQ(refused.status, 503);
        EXPECT_FALSE(refused.header("retry-after").empty());
    }
    while (server_->stats().connections > 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(RawClient(port).ask(get("/echo")).status, 200) << "and it recovers";
}

TEST_F(HttpCore, ARefusedSmallBodyDoesNotCostTheConnection) {
    RawClient client(start());
    EXPECT_EQ(client.ask(post("/refuse", "ignored")).status, 404);
    EXPECT_EQ(client.ask(post("/echo", "next")).body, "next");
}

TEST_F(HttpCore, UploadsAreRefusedBeforeTheyAreRead) {
    RawClient client(start());
    const RawResponse response = client.ask(
        "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 209715200\r\n\r\nfirst bytes"
    );
    EXPECT_EQ(response.status, 401);
}

std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            return std::stoul(line.substr(6));
        }
    }
    return 0;
}

TEST_F(HttpCore, AnUploadOf200MiBNeedsBoundedMemory) {
    RawClient client(start());
    constexpr std::size_t pieces = 200;
    const std::string piece(1024UL * 1024, 'x');
    const std::size_t before = resident_kib();
    std::size_t most = before; // it may also become less
    ASSERT_TRUE(client.send(
        "POST /upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: " +
        std::to_string(pieces * piece.size()) + "\r\n\r\n"
    ));
    for (std::size_t i = 0; i < pieces; ++i) {
        ASSERT_TRUE(client.send(piece));
        most = std::max(most, resident_kib());
    }
    const RawResponse response = client.receive();
    EXPECT_EQ(response.body, std::to_string(pieces * piece.size()));
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t sanitizer_keeps = 512UL * 1024; // what was freed
#else
    constexpr std::size_t sanitizer_keeps = 0;
#endif
    EXPECT_LT(most - before, 32UL * 1024 + sanitizer_keeps);
    server_->stop();
    EXPECT_TRUE(std::filesystem::is_empty(application_.upload_dir)) << "nobody kept the file";
}

TEST_F(HttpCore, ManyConnectionsOverSeveralThreads) {
    options_.network_threads = 3;
    options_.blocking_queue_max = 100;
    const std::uint16_t port = start();
    std::vector<std::future<int>> clients;
    for (int i = 0; i < 12; ++i) {
        clients.push_back(std::async(std::launch::async, [port, i] {
            RawClient client(port);
            int right = 0;
            for (int n = 0; n < 50; ++n) {
                const std::string text = std::to_string(i) + "/" + std::to_string(n);
                const std::string path = n % 2 == 0 ? "/echo" : "/work";
                right += client.ask(post(path, text)).body == text ? 1 : 0;
            }
            return right;
        }));
    }
    for (auto& client : clients) {
        EXPECT_EQ(client.get(), 50);
    }
    server_->stop();
    EXPECT_EQ(application_.answers, 600);
}

TEST_F(HttpCore, DownloadsAFileWhole) {
    application_.download = application_.upload_dir + "/report.csv";
    std::string content;
    for (int i = 0; content.size() < 3 * piece_bytes; ++i) {
        content += std::to_string(i) + ",row\n";
    }
    std::ofstream(application_.download) << content;
    RawClient client(start());
    EXPECT_EQ(client.ask(get("/file")).body, content);
    EXPECT_EQ(client.ask(get("/echo")).status, 200);
}

TEST_F(HttpCore, ShutdownFinishesWhatIsUnderWay) {
    const std::uint16_t port = start();
    RawClient idle(port);
    RawClient working(port);
    ASSERT_EQ(idle.ask(get("/echo")).status, 200);
    ASSERT_TRUE(working.send(get("/wait")));
    application_.wait_for(1);
    std::future<void> stopped = std::async(std::launch::async, [this] { server_->stop(); });
    EXPECT_TRUE(idle.closed_by_server());
    EXPECT_EQ(stopped.wait_for(0ms), std::future_status::timeout);
    application_.release();
    const RawResponse response = working.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("connection"), "close");
    stopped.get();
    EXPECT_THROW(RawClient late(port), std::runtime_error);
}

TEST_F(HttpCore, ShutdownCutsWhoDoesNotEndWithinTheGrace) {
    options_.limits.shutdown_grace = 50ms;
    RawClient stalled(start());
    stalled.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    RawClient probe(server_->port());
    ASSERT_EQ(probe.ask(get("/echo")).status, 200);
    server_->stop();
    EXPECT_TRUE(stalled.closed_by_server());
}

} // namespace
} // namespace bgerp::http
