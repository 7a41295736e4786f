#include "tests/api/api_fixture.hpp"

#include "core_db/access_token.hpp"
#include "core_db/account.hpp"

namespace bgerp::server {

ApiTest::ApiTest()
    : config_(platform_.config()) {
    config_.server.port = 0;
    config_.server.base_domain = "erp.example";
    config_.storage.dir = platform_.database().folder() + "/files";
    tenants_ = {platform_.create_tenant("acme"), platform_.create_tenant("zenith")};
    const auto core = platform_.core().pool().acquire(platform_.soon());
    account_ = value_or_throw(core_db::create_account(*core, "ann@acme.example", "Ann", password));
    for (const Tenant& tenant : tenants_) {
        core_db::join_organization(*core, account_, tenant.org_id, "admin");
    }
    token_ = token_of(tenants_[0], {"*"});
}

ApiTest::~ApiTest() {
    server_.reset(); // before the platform it works on
}

void ApiTest::start() {
    server_ = std::make_unique<ApiServer>(config_);
    server_->start();
}

std::string ApiTest::token_of(const Tenant& tenant, const std::vector<std::string>& abilities) {
    const auto core = platform_.core().pool().acquire(platform_.soon());
    return value_or_throw(
               core_db::create_access_token(*core, {tenant.org_id, account_, "test", abilities, 1})
    )
        .text;
}

std::int64_t ApiTest::count(const Tenant& tenant, const std::string& sql) {
    mysql::Connection connection(platform_.database().admin(tenant.database));
    return connection.query_one(sql, {}, [](const mysql::Row& row) { return row.i64(0); }).value();
}

Answer ApiTest::ask(const std::string& method, const std::string& path, const Ask& ask) {
    std::string body = ask.body;
    std::string request = method + " " + path + " HTTP/1.1\r\nHost: " + ask.host + "\r\n";
    std::string type = ask.content_type;
    if (!ask.json.is_null()) {
        body = ask.json.dump();
        type = "application/json";
    }
    if (!ask.token.empty()) {
        request += "Authorization: Bearer " + ask.token + "\r\n";
    }
    if (!type.empty()) {
        request += "Content-Type: " + type + "\r\n";
    }
    for (const auto& [name, value] : ask.headers) {
        request += name + ": " + value + "\r\n";
    }
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    testing::RawClient client(server_->port());
    Answer answer;
    answer.raw = client.ask(request, method == "HEAD");
    answer.status = answer.raw.status;
    if (auto json = parse_json(answer.raw.body)) {
        answer.json = std::move(*json);
    }
    return answer;
}

} // namespace bgerp::server
