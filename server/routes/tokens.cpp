#include "server/routes/tokens.hpp"

namespace bgerp::server {

namespace {

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json token_json(const core_db::AccessToken& token) {
    return {
        {"id", token.id},
        {"name", token.name},
        {"account", token.email},
        {"abilities", token.abilities},
        {"created_at", token.created_at},
        {"expires_at", token.expires_at},
        {"last_used_at", or_null(token.last_used_at)},
        {"revoked_at", or_null(token.revoked_at)}};
}

} // namespace

Result<http::Response> list_tokens(Call& call) {
    Json tokens = Json::array();
    for (const auto& token : core_db::list_access_tokens(
             *call.services.core.acquire(call.deadline()),
             call.tenant->org_id
         )) {
        tokens.push_back(token_json(token));
    }
    return http::json_response(200, {{"tokens", std::move(tokens)}});
}

Result<http::Response> create_token(Call& call) {
    const auto abilities = call.body["abilities"].get<std::vector<std::string>>();
    for (const std::string& ability : abilities) {
        if (!call.token->allows(ability)) {
            return fail(
                ErrorCode::forbidden,
                "the token it is asked with doesn't have the ability " + ability,
                "abilities"
            );
        }
    }
    const std::int64_t days =
        integer_field(call.body, "days").value_or(call.services.config.security.token_days);
    const auto created = core_db::create_access_token(
        *call.services.core.acquire(call.deadline()),
        {call.tenant->org_id,
         call.token->account_id,
         *text_field(call.body, "name"),
         abilities,
         days}
    );
    if (!created) {
        return tl::unexpected<Error>(created.error());
    }
    return http::with_header(
        http::json_response(
            201,
            {{"id", created->id},
             {"token", created->text},
             {"abilities", abilities},
             {"expires_in_days", days}}
        ),
        "Cache-Control",
        "no-store"
    );
}

Result<http::Response> revoke_token(Call& call) {
    const auto id = id_param(call);
    if (!id) {
        return tl::unexpected<Error>(id.error());
    }
    const auto revoked = core_db::revoke_access_token(
        *call.services.core.acquire(call.deadline()),
        call.tenant->org_id,
        *id
    );
    if (!revoked) {
        return tl::unexpected<Error>(revoked.error());
    }
    return http::no_content();
}

} // namespace bgerp::server
