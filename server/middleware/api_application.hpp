// The API as the HTTP core sees it: finds the endpoint, checks body type, host, token and rights,
// runs the route, and turns whatever comes back or is thrown into one answer. The only place where
// a request's exceptions are caught. Thread-safe.
#pragma once

#include "server/http/application.hpp"
#include "server/http/router.hpp"
#include "server/middleware/call.hpp"
#include "server/middleware/endpoint.hpp"
#include "server/middleware/services.hpp"

#include <span>

namespace bgerp::server {

class ApiApplication final : public http::Application {
public:
    /// Both must outlive this object.
    ApiApplication(std::span<const Endpoint> endpoints, Services& services);

    http::Plan plan(http::Request& request) noexcept override;
    bool admit(http::Request& request, http::Response& refusal) noexcept override;
    http::Response handle(http::Request& request) noexcept override;
    void finished(
        const http::Request& request, const http::Response& response, bool sent
    ) noexcept override;

private:
    [[nodiscard]] http::Plan plan_unguarded(http::Request& request);
    [[nodiscard]] http::Response run_unguarded(Call& call);

    std::span<const Endpoint> endpoints_;
    Services& services_;
    http::Router router_;
};

} // namespace bgerp::server
