#include "server/middleware/admission.hpp"

#include "server/http/upload_file.hpp"
#include "tenant_db/storage.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace bgerp::server {

namespace {

constexpr std::uint64_t bytes_per_mib = 1024ULL * 1024;
constexpr std::array<std::string_view, 1> json_types{"application/json"};
constexpr std::array<std::string_view, 3> upload_types{
    "text/csv", "text/plain", "application/octet-stream"};

std::uint64_t announced_bytes(const http::Request& request) {
    const std::string_view text = request.headers.find("Content-Length");
    std::uint64_t bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
}

bool has_body(const http::Request& request) {
    return announced_bytes(request) > 0 || request.headers.count("Transfer-Encoding") > 0;
}

bool is_one_of(std::string_view content_type, std::span<const std::string_view> types) {
    content_type = content_type.substr(0, content_type.find(';'));
    while (content_type.ends_with(' ')) {
        content_type.remove_suffix(1);
    }
    return std::any_of(types.begin(), types.end(), [&](std::string_view type) {
        return http::equal_ignoring_case(type, content_type);
    });
}

} // namespace

std::optional<http::Problem>
check_media_type(const http::Request& request, const Endpoint& endpoint) {
    if (endpoint.body == BodyKind::none || !has_body(request)) {
        return std::nullopt;
    }
    const bool upload = endpoint.body == BodyKind::upload;
    const auto types = upload ? std::span<const std::string_view>(upload_types)
                              : std::span<const std::string_view>(json_types);
    if (is_one_of(request.headers.find("Content-Type"), types)) {
        return std::nullopt;
    }
    return http::Problem{
        415,
        "unsupported_media_type",
        "send this as " + std::string(types.front()),
        "Content-Type"};
}

Result<void> admit_caller(Call& call) {
    if (call.endpoint.access == Access::open) {
        return {};
    }
    Services& services = call.services;
    auto host_org =
        services.tenancy.org_of_host(call.request.headers.find("Host"), call.deadline());
    if (!host_org) {
        return tl::unexpected<Error>(std::move(host_org.error()));
    }
    call.host_org = std::move(*host_org);
    if (call.endpoint.access == Access::tenant) {
        return {};
    }
    auto token = services.authentication.authenticate(
        bearer_token(call.request.headers.find("Authorization")),
        call.deadline()
    );
    if (!token) {
        return tl::unexpected<Error>(std::move(token.error()));
    }
    call.token = std::move(*token);
    auto tenant = services.tenancy.resolve(
        call.host_org,
        value_or_throw(OrgCode::parse(call.token->org_code)),
        call.deadline()
    );
    if (!tenant) {
        return tl::unexpected<Error>(std::move(tenant.error()));
    }
    const std::string ability(call.endpoint.ability);
    if (!ability.empty() && !call.token->allows(ability)) {
        return fail(ErrorCode::forbidden, "the token doesn't have the ability " + ability);
    }
    call.tenant = std::move(*tenant);
    call.pool = services.pools.pool(*call.tenant, call.deadline());
    return {};
}

Result<void> open_upload(Call& call) {
    const auto mib = static_cast<std::uint64_t>(call.services.config.storage.upload_mib_max);
    if (announced_bytes(call.request) > mib * bytes_per_mib) {
        return fail(
            ErrorCode::too_large,
            "the file is larger than the " + std::to_string(mib) + " MiB allowed"
        );
    }
    const TenantStorage storage(call.services.config.storage.dir, call.tenant->code);
    call.request.sink =
        std::make_unique<http::UploadFile>(storage.path("incoming"), mib * bytes_per_mib);
    return {};
}

std::optional<http::Problem> parse_body(Call& call) {
    if (!call.request.body.empty()) {
        auto body = parse_json(call.request.body);
        if (!body) {
            return http::Problem{400, "malformed_json", body.error().message, {}};
        }
        call.body = std::move(*body);
    }
    if (auto checked = check_fields(call.body, call.endpoint.fields); !checked) {
        return http::problem_of(checked.error());
    }
    return std::nullopt;
}

} // namespace bgerp::server
