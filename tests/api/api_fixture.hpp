// A whole platform under a server in this process: two tenants with their tokens, and a client that
// speaks JSON. For the black-box tests of the API.
#pragma once

#include "base/json.hpp"
#include "server/api_server.hpp"
#include "tests/api/raw_client.hpp"
#include "tests/support/test_platform.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bgerp::server {

/// What a request says beyond method and path.
struct Ask {
    std::string token = {};
    std::string host = "127.0.0.1";
    Json json = {};                // null: no body
    std::string body = {};         // sent as it is, when there is no json
    std::string content_type = {}; // of `body`
    std::vector<std::pair<std::string, std::string>> headers = {};
};

struct Answer {
    int status = 0;
    testing::RawResponse raw;
    Json json; // null when the body isn't JSON

    [[nodiscard]] std::string code() const { return json.value("code", ""); }

    [[nodiscard]] std::string field() const { return json.value("field", ""); }
};

class ApiTest : public ::testing::Test {
protected:
    static constexpr const char* password = "correct horse battery";

    ApiTest();
    ~ApiTest() override;

    /// Starts the server; to be called first, after any change of config_.
    void start();

    /// One request over a connection of its own.
    [[nodiscard]] Answer ask(const std::string& method, const std::string& path, const Ask& ask);

    [[nodiscard]] Answer get(const std::string& path) { return ask("GET", path, {token_}); }

    [[nodiscard]] Answer post(const std::string& path, const Json& json) {
        Ask request{token_};
        request.json = json;
        return ask("POST", path, request);
    }

    /// A token of the tenant's administrator with these abilities.
    [[nodiscard]] std::string
    token_of(const Tenant& tenant, const std::vector<std::string>& abilities);

    /// Rows a query of one number finds in the tenant's database, as its administrator sees them.
    [[nodiscard]] std::int64_t count(const Tenant& tenant, const std::string& sql);

    testing_support::TestPlatform platform_;
    Config config_;
    std::vector<Tenant> tenants_; // acme, zenith
    std::uint64_t account_ = 0;   // ann@acme.example, administrator of both
    std::string token_;           // of ann for acme, with every ability
    std::unique_ptr<ApiServer> server_;
};

} // namespace bgerp::server
