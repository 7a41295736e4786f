// Heads and problem documents.
#include "base/ids.hpp"
#include "server/http/problem.hpp"
#include "server/http/request_head.hpp"
#include "server/http/request_id.hpp"
#include "server/http/response_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::optional<Problem> complete(Request& request, std::string_view target = "/a") {
    return complete_head(request, "GET", target, 11);
}

TEST(RequestHead, TakesAPlainOne) {
    Request request;
    request.headers.add("HOST", "a.example");
    EXPECT_FALSE(complete(request).has_value());
    EXPECT_TRUE(is_uuid(request.request_id));
}

TEST(RequestHead, RefusesTwoOfAFieldThatDecides) {
    for (const char* name : {"Host", "Authorization", "Content-Type", "Idempotency-Key"}) {
        Request request;
        request.headers.add("Host", "a");
        request.headers.add(name, "a");
        request.headers.add(name, "a");
        const auto problem = complete(request);
        ASSERT_TRUE(problem.has_value()) << name;
        EXPECT_EQ(problem->status, 400);
    }
}

TEST(RequestHead, RefusesALongTarget) {
    Request request;
    request.headers.add("Host", "a");
    EXPECT_EQ(complete(request, "/" + std::string(8192, 'a'))->status, 414);
}

TEST(RequestId, KeepsPlainOnesOfSaneLength) {
    EXPECT_EQ(request_id_from("abc-DEF_0.9"), "abc-DEF_0.9");
    for (const std::string& bad :
         {std::string("short"), std::string(65, 'a'), std::string("a b c d e f")}) {
        EXPECT_NE(request_id_from(bad), bad);
    }
}

TEST(ResponseHead, IsHttp) {
    const Response response = text_response(202, "text/plain", "12345");
    const std::string head = response_head(response, "req-1", http_date(784111777), false);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 202 Accepted\r\n"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nX-Request-Id: req-1\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nConnection: close\r\n"));
}

TEST(ResponseHead, AValueCannotAddAField) {
    const Response response = with_header(no_content(), "X-Name", "a\r\nSet-Cookie: b");
    const std::string head = response_head(response, "r", "d", true);
    EXPECT_THAT(head, HasSubstr("X-Name: aSet-Cookie: b\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length"))) << "204 has none";
}

TEST(Problems, CarryCodeFieldAndRequestId) {
    const Error error{
        ErrorCode::invalid_argument,
        "must be positive",
        "priority",
        "SELECT * FROM secret_host"};
    const Response response = problem_response(problem_of(error), "req-1");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
    const Json document = value_or_throw(parse_json(std::get<std::string>(response.body)));
    EXPECT_EQ(document["code"], "invalid_argument");
    EXPECT_EQ(document["status"], 422);
    EXPECT_EQ(document["field"], "priority");
    EXPECT_EQ(document["request_id"], "req-1");
    EXPECT_THAT(document.dump(), Not(HasSubstr("secret_host"))) << "detail is for the log";
}

TEST(Problems, SayWhenToComeBack) {
    EXPECT_FALSE(problem_response({503, "x", {}, {}}, "r").headers.find("Retry-After").empty());
    EXPECT_FALSE(problem_response({429, "x", {}, {}}, "r").headers.find("Retry-After").empty());
    EXPECT_EQ(problem_response({401, "x", {}, {}}, "r").headers.find("WWW-Authenticate"), "Bearer");
}

} // namespace
} // namespace bgerp::http
