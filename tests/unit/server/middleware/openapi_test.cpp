// The table of endpoints and what is made from it.
#include "server/http/router.hpp"
#include "server/middleware/openapi.hpp"
#include "server/routes/endpoints.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace bgerp::server {
namespace {

TEST(Endpoints, AreARouterWithoutClashes) {
    std::vector<http::RoutePattern> patterns;
    for (const Endpoint& endpoint : all_endpoints()) {
        patterns.push_back({endpoint.method, endpoint.path});
        EXPECT_NE(endpoint.run, nullptr) << endpoint.path;
        EXPECT_FALSE(endpoint.summary.empty()) << endpoint.path;
    }
    EXPECT_NO_THROW(http::Router{patterns});
}

TEST(Endpoints, NothingOfATenantIsOpen) {
    for (const Endpoint& endpoint : all_endpoints()) {
        if (endpoint.path.starts_with("/api/") && endpoint.path != "/api/v1/login") {
            EXPECT_EQ(endpoint.access, Access::token) << endpoint.path;
        }
    }
}

TEST(OpenApi, SaysWhatTheTableSays) {
    const Json document = openapi_document(all_endpoints());
    const Json& push = document["paths"]["/api/v1/jobs"]["post"];
    const Json& schema = push["requestBody"]["content"]["application/json"]["schema"];
    EXPECT_EQ(schema["required"], Json::array({"kind"}));
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(schema["properties"]["priority"]["minimum"], -32768);
    EXPECT_EQ(push["x-ability"], "jobs:push");
    EXPECT_EQ(push["parameters"][0]["name"], "Idempotency-Key");
    const Json& cancel = document["paths"]["/api/v1/jobs/{uuid}"]["delete"];
    EXPECT_EQ(cancel["parameters"][0]["name"], "uuid");
    EXPECT_EQ(cancel["parameters"][0]["in"], "path");
    EXPECT_FALSE(document["paths"]["/livez"]["get"].contains("security"));
}

TEST(HttpApiDocument, NamesEveryEndpoint) {
    std::ifstream file(BGERP_DOCS "/http-api.md");
    std::stringstream text;
    text << file.rdbuf();
    for (const std::string& label : endpoint_labels(all_endpoints())) {
        EXPECT_NE(text.str().find("`" + label + "`"), std::string::npos)
            << label << " is missing in docs/http-api.md";
    }
}

} // namespace
} // namespace bgerp::server
