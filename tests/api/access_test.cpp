// Who may do what, where: hosts, tokens, abilities, login, and the answers to the wrong ones.
#include "core_db/access_token.hpp"
#include "core_db/account.hpp"
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Access : public ApiTest {
protected:
    Answer login(const Json& body, const std::string& host = "acme.erp.example") {
        Ask request;
        request.host = host;
        request.json = body;
        return ask("POST", "/api/v1/login", request);
    }

    Answer me(const std::string& token, const std::string& host = "127.0.0.1") {
        return ask("GET", "/api/v1/me", {token, host});
    }
};

TEST_F(Access, WatchersNeedNoToken) {
    start();
    EXPECT_EQ(ask("GET", "/livez", {}).status, 200);
    EXPECT_EQ(ask("GET", "/readyz", {}).status, 200);
    const Answer openapi = ask("GET", "/openapi.json", {});
    EXPECT_TRUE(openapi.json["paths"]["/api/v1/jobs/{uuid}"]["delete"].is_object());
    const Answer metrics = ask("GET", "/metrics", {});
    EXPECT_THAT(
        metrics.raw.body,
        HasSubstr(R"(bgerp_http_requests_total{endpoint="GET /livez",status="200"} 1)")
    );
}

TEST_F(Access, WithoutAGoodTokenThereIsNothing) {
    start();
    for (const std::string& token : {std::string(), std::string("wrong"), std::string(5000, 'x')}) {
        const Answer answer = me(token);
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.code(), "unauthorized");
        EXPECT_EQ(answer.raw.header("www-authenticate"), "Bearer");
        EXPECT_EQ(answer.json["request_id"], answer.raw.header("x-request-id"));
    }
}

TEST_F(Access, HostAndTokenMustAgree) {
    start();
    EXPECT_EQ(me(token_).json["org"]["code"], "acme") << "the token alone is enough";
    EXPECT_EQ(me(token_, "acme.erp.example").status, 200);
    EXPECT_EQ(me(token_, "ACME.erp.example:8080").status, 200);
    const Answer other = me(token_, "zenith.erp.example");
    EXPECT_EQ(other.status, 403);
    EXPECT_EQ(other.code(), "forbidden");
    EXPECT_EQ(me(token_, "nobody.erp.example").status, 403);
    EXPECT_EQ(me(token_, "not-an-org!.erp.example").status, 404);
    EXPECT_EQ(me(token_, "unknown.example").status, 404);
}

TEST_F(Access, ADomainOfItsOwnNamesTheTenantOnceVerified) {
    platform_.core()
        .pool()
        .acquire(platform_.soon())
        ->execute(
            "INSERT INTO organization_domain (org_id, domain, verified_at) "
            "VALUES (?, 'work.zenith.example', UTC_TIMESTAMP()), (?, 'claimed.example', NULL)",
            {tenants_[1].org_id, tenants_[1].org_id}
        );
    start();
    const std::string zenith = token_of(tenants_[1], {"*"});
    EXPECT_EQ(me(zenith, "work.zenith.example").status, 200);
    EXPECT_EQ(me(token_, "work.zenith.example").status, 403);
    EXPECT_EQ(me(zenith, "claimed.example").status, 404);
}

TEST_F(Access, ASuspendedTenantIsShut) {
    start();
    ASSERT_TRUE(platform_.provisioning().suspend(tenants_[0].code, platform_.soon()).has_value());
    const Answer answer = me(token_);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(me(token_of(tenants_[1], {"*"})).status, 200);
}

TEST_F(Access, AbilitiesAreCheckedPerRoute) {
    start();
    const std::string reader = token_of(tenants_[0], {"jobs:read"});
    EXPECT_EQ(ask("GET", "/api/v1/jobs", {reader}).status, 200);
    Ask push{reader};
    push.json = {{"kind", "noop"}};
    EXPECT_EQ(ask("POST", "/api/v1/jobs", push).status, 403);
    EXPECT_EQ(ask("GET", "/api/v1/payroll-runs", {reader}).status, 403);
    EXPECT_EQ(me(reader).status, 200);
}

TEST_F(Access, LoginGivesATokenOnceAndLogoutEndsIt) {
    start();
    const Answer answer = login({{"email", "ann@acme.example"}, {"password", password}});
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.raw.header("cache-control"), "no-store");
    const std::string token = answer.json["token"];
    EXPECT_EQ(me(token).json["email"], "ann@acme.example");
    EXPECT_EQ(ask("POST", "/api/v1/logout", {token}).status, 204);
    EXPECT_EQ(me(token).status, 401);
}

TEST_F(Access, LoginNamesTheOrganizationByHostOrBody) {
    start();
    const Json right = {{"email", "ann@acme.example"}, {"password", password}};
    Json with_org = right;
    with_org["org"] = "zenith";
    EXPECT_EQ(login(with_org, "127.0.0.1").json["org"], "zenith");
    EXPECT_EQ(login(with_org, "acme.erp.example").status, 403);
    const Answer neither = login(right, "127.0.0.1");
    EXPECT_EQ(neither.status, 422);
    EXPECT_EQ(neither.field(), "org");
}

TEST_F(Access, WrongLoginsLookAllTheSame) {
    start();
    const auto core = platform_.core().pool().acquire(platform_.soon());
    value_or_throw(core_db::create_account(*core, "bob@other.example", "Bob", password));
    const Answer wrong = login({{"email", "ann@acme.example"}, {"password", "not it, sorry"}});
    const Answer nobody = login({{"email", "nobody@acme.example"}, {"password", "not it, sorry"}});
    const Answer stranger = login({{"email", "bob@other.example"}, {"password", password}});
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(nobody.status, 401);
    EXPECT_EQ(stranger.status, 401) << "right password, no member";
    EXPECT_EQ(wrong.json["detail"], nobody.json["detail"]);
    EXPECT_EQ(wrong.json["detail"], stranger.json["detail"]);
}

TEST_F(Access, LoginIsThrottled) {
    config_.security.login_attempts_max = 2;
    start();
    const Json wrong = {{"email", "ann@acme.example"}, {"password", "wrong wrong"}};
    EXPECT_EQ(login(wrong).status, 401);
    EXPECT_EQ(login(wrong).status, 401);
    const Answer answer = login({{"email", "ann@acme.example"}, {"password", password}});
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.code(), "rate_limited");
    EXPECT_FALSE(answer.raw.header("retry-after").empty());
    EXPECT_EQ(login({{"email", "ANN@acme.example"}, {"password", password}}).status, 429)
        << "the same account in capitals";
}

TEST_F(Access, ATokenCannotGiveMoreThanItHas) {
    start();
    const std::string limited = token_of(tenants_[0], {"tokens:write", "jobs:*"});
    Ask request{limited};
    request.json = {{"name", "robot"}, {"abilities", {"jobs:push"}}};
    const Answer made = ask("POST", "/api/v1/tokens", request);
    ASSERT_EQ(made.status, 201);
    EXPECT_EQ(ask("GET", "/api/v1/jobs", {made.json["token"].get<std::string>()}).status, 403);
    for (const char* ability : {"*", "payroll:read", "tokens:*"}) {
        request.json = {{"name", "robot"}, {"abilities", {ability}}};
        EXPECT_EQ(ask("POST", "/api/v1/tokens", request).status, 403) << ability;
    }
}

TEST_F(Access, TokensAreListedWithoutTheirTextsAndRevoked) {
    start();
    const Answer made = post("/api/v1/tokens", {{"name", "robot"}, {"abilities", {"jobs:read"}}});
    ASSERT_EQ(made.status, 201);
    const std::string text = made.json["token"];
    EXPECT_THAT(get("/api/v1/tokens").raw.body, Not(HasSubstr(text)));
    const std::string path = "/api/v1/tokens/" + made.json["id"].dump();
    EXPECT_EQ(ask("DELETE", path, {token_of(tenants_[1], {"*"})}).status, 404)
        << "another organization's";
    EXPECT_EQ(ask("DELETE", path, {token_}).status, 204);
    EXPECT_EQ(me(text).status, 401);
    EXPECT_EQ(ask("DELETE", "/api/v1/tokens/none", {token_}).status, 404);
}

} // namespace
} // namespace bgerp::server
