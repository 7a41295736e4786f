// A row of the table of endpoints: everything that is known of one without running it. Routing,
// checks of body and rights, and the OpenAPI document all follow from the row. Constants.
#pragma once

#include "server/http/method.hpp"
#include "server/http/response.hpp"
#include "server/middleware/fields.hpp"

#include <span>
#include <string_view>

namespace bgerp::server {

struct Call;

/// Who may call.
enum class Access {
    open,   // anybody, and no tenant is looked for
    tenant, // anybody, within a tenant named by host or body (login)
    token,  // whoever shows a token with the ability
};

enum class BodyKind {
    none,
    json,   // an object with `fields`; with no required one it may be left out
    upload, // streamed into a file
};

enum class Runs { blocking, on_network_thread };

/// A query parameter as the OpenAPI document shows it.
struct QueryParam {
    std::string_view name;
    std::string_view about;
};

struct Endpoint {
    http::Method method = http::Method::get;
    std::string_view path = {};
    Result<http::Response> (*run)(Call& call) = nullptr;
    Access access = Access::token;
    std::string_view ability = {}; // empty: any token will do
    BodyKind body = BodyKind::none;
    std::span<const Field> fields = {};
    std::span<const QueryParam> query = {};
    std::string_view summary = {};
    int success = 200;
    bool idempotent = false; // takes an Idempotency-Key (see idempotency.hpp)
    Runs runs = Runs::blocking;
};

} // namespace bgerp::server
