// What the API answers to the malformed, the large and the unlucky, and that it recovers.
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace bgerp::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Robustness : public ApiTest {
protected:
    Answer post_text(const std::string& body, const std::string& type = "application/json") {
        Ask request{token_};
        request.body = body;
        request.content_type = type;
        return ask("POST", "/api/v1/jobs", request);
    }
};

TEST_F(Robustness, UnknownPathsAndMethods) {
    start();
    EXPECT_EQ(get("/api/v1/nothing").status, 404);
    EXPECT_EQ(get("/").status, 404);
    const Answer answer = ask("PUT", "/api/v1/jobs", {token_});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.code(), "method_not_allowed");
    EXPECT_EQ(answer.raw.header("allow"), "POST, GET, HEAD, DELETE");
    EXPECT_EQ(ask("OPTIONS", "/api/v1/jobs", {}).raw.header("allow"), "POST, GET, HEAD, DELETE");
    EXPECT_EQ(ask("BREW", "/api/v1/jobs", {token_}).status, 405);
}

TEST_F(Robustness, HeadIsGetWithoutTheBody) {
    start();
    const Answer head = ask("HEAD", "/api/v1/me", {token_});
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.raw.header("content-length"), get("/api/v1/me").raw.header("content-length"));
}

TEST_F(Robustness, BodiesThatAreNoJson) {
    start();
    EXPECT_EQ(post_text(R"({"kind":"noop"})", "text/plain").status, 415);
    EXPECT_EQ(post_text(R"({"kind":"noop"})", "").status, 415);
    EXPECT_EQ(post_text(R"({"kind":"noop"})", "Application/JSON ; charset=utf-8").status, 202);
    for (const std::string& body :
         {std::string("{"), std::string("{\"kind\":\"\xff\"}"), std::string("\0", 1)}) {
        const Answer answer = post_text(body);
        EXPECT_EQ(answer.status, 400);
        EXPECT_EQ(answer.code(), "malformed_json");
    }
    EXPECT_EQ(post_text("[]").status, 422);
    EXPECT_EQ(post_text("").status, 422) << "kind is required";
}

TEST_F(Robustness, DeeplyNestedJsonIsRefusedAndTheServerLives) {
    start();
    const std::string deep =
        R"({"kind":"noop","args":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
    EXPECT_EQ(post_text(deep).status, 400);
    EXPECT_EQ(post_text(std::string(10'000, '{')).status, 400);
    EXPECT_EQ(get("/livez").status, 200);
}

TEST_F(Robustness, ABodyAboveTheLimitIs413) {
    config_.server.body_kib_max = 4;
    start();
    EXPECT_EQ(post_text(std::string(5000, ' ')).status, 413);
}

TEST_F(Robustness, UploadsHaveTheirOwnLimit) {
    config_.storage.upload_mib_max = 1;
    start();
    Ask request{token_};
    request.content_type = "text/csv";
    request.body = std::string(1024 * 1024 + 1, 'x');
    EXPECT_EQ(ask("POST", "/api/v1/imports?to=employees", request).status, 413);
    testing::RawClient client(server_->port());
    const std::string chunk = "80000\r\n" + std::string(0x80000, 'x') + "\r\n";
    const auto response =
        client.ask("POST /api/v1/imports?to=employees HTTP/1.1\r\nHost: a.b\r\nHost2: x\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(response.status, 415) << "no type";
    testing::RawClient chunked(server_->port());
    EXPECT_EQ(
        chunked
            .ask(
                "POST /api/v1/imports?to=employees HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                "Content-Type: text/csv\r\nAuthorization: Bearer " +
                token_ + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk +
                "0\r\n\r\n"
            )
            .status,
        413
    );
}

TEST_F(Robustness, ErrorsOfTheDatabaseStayInTheLog) {
    start();
    mysql::Connection admin(platform_.database().admin(tenants_[0].database));
    admin.execute_text("DROP TABLE jobs");
    const Answer answer = post("/api/v1/jobs", {{"kind", "noop"}});
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.code(), "internal");
    EXPECT_THAT(answer.raw.body, Not(HasSubstr("jobs'")));
    EXPECT_THAT(answer.raw.body, Not(HasSubstr("INSERT")));
    EXPECT_EQ(get("/api/v1/me").status, 200);
}

// The server reaches the database through a link of its own, which the test takes away.
TEST_F(Robustness, WithoutItsDatabaseItSays503AndRecovers) {
    namespace fs = std::filesystem;
    const std::string real = mysql::private_socket(config_.database);
    const std::string link = platform_.database().folder() + "/db.sock";
    fs::create_symlink(config_.database.socket.empty() ? real : config_.database.socket, link);
    config_.database.socket = link;
    start();
    ASSERT_EQ(post("/api/v1/jobs", {{"kind", "noop"}}).status, 202);

    fs::rename(link, link + ".away");
    mysql::Connection admin(platform_.database().admin());
    std::vector<std::int64_t> ids;
    admin.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER LIKE CONCAT(?, '\\_%')",
        {config_.database.core_name},
        [&](const mysql::Row& row) { ids.push_back(row.i64(0)); }
    );
    ASSERT_FALSE(ids.empty());
    for (const std::int64_t id : ids) {
        admin.execute_text("KILL " + std::to_string(id));
    }
    const Answer down = post("/api/v1/jobs", {{"kind", "noop"}});
    EXPECT_EQ(down.status, 503);
    EXPECT_EQ(down.code(), "unavailable");
    EXPECT_FALSE(down.raw.header("retry-after").empty());
    EXPECT_THAT(down.raw.body, Not(HasSubstr("sock")));
    EXPECT_EQ(get("/readyz").status, 503);
    EXPECT_EQ(get("/livez").status, 200);

    fs::rename(link + ".away", link);
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_EQ(post("/api/v1/jobs", {{"kind", "noop"}}).status, 202) << "and it recovers";
}

TEST_F(Robustness, ItStartsWithoutItsDatabase) {
    config_.database.socket = platform_.database().folder() + "/none.sock";
    start();
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_EQ(get("/readyz").status, 503);
    EXPECT_EQ(get("/api/v1/me").status, 503);
}

} // namespace
} // namespace bgerp::server
