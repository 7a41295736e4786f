// The HTTP core under an application of the test's own: framing, and what breaks it.
#include "tests/api/http_core_fixture.hpp"
#include "tests/support/eventually.hpp"

#include <random>

namespace bgerp::http {
namespace {

using bgerp::testing::RawClient;
using bgerp::testing::RawResponse;
using namespace std::chrono_literals;

TEST_F(HttpCore, KeepsAConnectionAliveOverRequests) {
    RawClient client(start());
    for (int i = 0; i < 3; ++i) {
        const RawResponse response = client.ask(post("/echo", "hello " + std::to_string(i)));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "hello " + std::to_string(i));
        EXPECT_EQ(response.header("connection"), "keep-alive");
    }
}

TEST_F(HttpCore, AnswersPipelinedRequestsInOrder) {
    RawClient client(start());
    ASSERT_TRUE(client.send(post("/echo", "one") + post("/work", "two") + post("/echo", "three")));
    EXPECT_EQ(client.receive().body, "one");
    EXPECT_EQ(client.receive().body, "two");
    EXPECT_EQ(client.receive().body, "three");
}

TEST_F(HttpCore, ClosesWhenAskedTo) {
    RawClient client(start());
    const RawResponse response =
        client.ask("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(response.header("connection"), "close");
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpCore, HeadHasTheLengthAndNoBody) {
    RawClient client(start());
    const RawResponse head =
        client.ask("HEAD /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "5");
    EXPECT_EQ(client.ask(post("/echo", "next")).body, "next");
}

TEST_F(HttpCore, KeepsASaneRequestIdAndReplacesAnother) {
    RawClient client(start());
    const auto id_for = [&](const std::string& offered) {
        return client.ask("GET /echo HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + offered + "\r\n\r\n")
            .header("x-request-id");
    };
    EXPECT_EQ(id_for("trace-1234"), "trace-1234");
    EXPECT_NE(id_for("x y <script>"), "x y <script>");
    EXPECT_NE(id_for(std::string(65, 'a')), std::string(65, 'a'));
}

TEST_F(HttpCore, RefusesABodyAboveTheLimitBeforeItIsSent) {
    RawClient client(start());
    const RawResponse response =
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nx");
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpCore, CountsChunkedBodies) {
    RawClient client(start());
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(client.ask(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").body, "abcde");
    const std::string chunk = "400\r\n" + std::string(0x400, 'x') + "\r\n";
    EXPECT_EQ(client.ask(head + chunk + chunk + chunk + chunk + "0\r\n\r\n").status, 200);
    EXPECT_EQ(client.ask(head + chunk + chunk + chunk + chunk + chunk + "0\r\n\r\n").status, 413);
}

TEST_F(HttpCore, RefusesALargeHead) {
    RawClient client(start());
    const RawResponse response = client.ask(
        "GET /echo HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(20000, 'a') + "\r\n\r\n"
    );
    EXPECT_EQ(response.status, 431);
}

TEST_F(HttpCore, SaysContinueWhenTheClientWaits) {
    RawClient client(start());
    const std::string head = "POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                             "Expect: 100-continue\r\n\r\n";
    EXPECT_EQ(client.ask(head).status, 100);
    EXPECT_EQ(client.ask("ok").body, "ok");
}

TEST_F(HttpCore, MalformedRequestsGetAnAnswerAndTheServerLives) {
    const std::uint16_t port = start();
    const std::string huge_number(400, '9');
    const std::vector<std::string> corpus{
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET nopath HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a?b=%0a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + huge_number + "\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: the-impossible\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01 a TLS greeting\r\n\r\n",
        "GET /" + std::string(8190, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    for (const std::string& bytes : corpus) {
        RawClient client(port);
        const RawResponse response = client.ask(bytes);
        EXPECT_GE(response.status, 400) << bytes.substr(0, 80);
        EXPECT_NE(response.status, 500) << bytes.substr(0, 80);
        EXPECT_FALSE(response.header("x-request-id").empty()) << bytes.substr(0, 80);
    }
    EXPECT_EQ(RawClient(port).ask(get("/echo")).status, 200);
}

TEST_F(HttpCore, MutatedRequestsNeverTakeTheServerDown) {
    options_.limits.idle_time = 300ms;
    options_.limits.request_time = 300ms;
    const std::uint16_t port = start();
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string whole =
        "POST /work?a=b%20c HTTP/1.1\r\nHost: a.example\r\n"
        "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nT: v\r\n\r\n";
    for (int round = 0; round < 200; ++round) {
        std::string bytes = whole;
        for (unsigned change = random() % 4; change > 0; --change) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        bytes.resize(random() % 3 == 0 ? random() % bytes.size() : bytes.size());
        const RawClient client(port);
        client.send(bytes);
    }
    // Who is held up between connecting and asking is cut off: 300 ms.
    EXPECT_TRUE(testing_support::eventually([&] {
        return RawClient(port).ask(get("/echo")).status == 200;
    }));
}

} // namespace
} // namespace bgerp::http
