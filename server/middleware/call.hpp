// One request on its way through middleware and route: who asks, for which tenant, with what. Lives
// as long as its request; one thread at a time.
#pragma once

#include "base/json.hpp"
#include "core_db/access_token.hpp"
#include "server/http/request.hpp"
#include "server/middleware/endpoint.hpp"
#include "server/middleware/services.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp::server {

/// What a route keeps with a request between two looks (Response::again_after).
struct Kept {
    Kept() = default;
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    virtual ~Kept() = default;
};

struct Call final : http::RequestState {
    Call(http::Request& the_request, Services& the_services, const Endpoint& the_endpoint)
        : request(the_request)
        , services(the_services)
        , endpoint(the_endpoint) {}

    http::Request& request;
    Services& services;
    const Endpoint& endpoint;
    std::optional<OrgCode> host_org;           // that the host names; none for open endpoints
    std::optional<core_db::AccessToken> token; // of endpoints with Access::token
    std::optional<Tenant> tenant;              // likewise
    std::shared_ptr<mysql::Pool> pool;         // of the tenant
    Json body = Json::object();                // checked against the endpoint's fields
    std::unique_ptr<Kept> kept;                // the route's own

    [[nodiscard]] Deadline deadline() const { return request.deadline; }

    /// The text between the n-th pair of braces of the endpoint's path.
    [[nodiscard]] const std::string& path_param(std::size_t n = 0) const {
        return request.path_params.at(n);
    }

    /// A query parameter, or an empty text.
    [[nodiscard]] std::string query(std::string_view name) const {
        return std::string(request.target.param(name));
    }

    /// Tells the workers about new jobs; after the commit.
    void ring() { services.doorbell.ring(tenant->code.str()); }
};

/// A query parameter as a number within the bounds; `otherwise` when it isn't there.
/// invalid_argument with the parameter's name.
[[nodiscard]] Result<std::int64_t> integer_query(
    const Call& call,
    std::string_view name,
    std::int64_t otherwise,
    std::int64_t min,
    std::int64_t max
);

/// "true", "1", "false" or "0". invalid_argument with the parameter's name.
[[nodiscard]] Result<bool> boolean_query(const Call& call, std::string_view name, bool otherwise);

/// not_found unless the n-th path parameter is a UUID; otherwise its text.
[[nodiscard]] Result<std::string> uuid_param(const Call& call, std::size_t n = 0);

/// not_found unless the n-th path parameter is a row's id.
[[nodiscard]] Result<std::uint64_t> id_param(const Call& call, std::size_t n = 0);

} // namespace bgerp::server
