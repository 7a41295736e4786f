#include "server/routes/login.hpp"

#include "core_db/account.hpp"

#include <algorithm>
#include <semaphore>

namespace bgerp::server {

namespace {

// Of argon2id, 64 MiB each: more at one time would let a crowd of logins take the memory.
constexpr std::ptrdiff_t hashing_at_once = 2;

const Error wrong{ErrorCode::unauthorized, "the address or the password is wrong", {}, {}};

class HashingTurn {
public:
    explicit HashingTurn(Deadline deadline)
        : mine_(turns().try_acquire_until(deadline.at())) {}

    HashingTurn(const HashingTurn&) = delete;
    HashingTurn& operator=(const HashingTurn&) = delete;

    ~HashingTurn() {
        if (mine_) {
            turns().release();
        }
    }

    [[nodiscard]] bool mine() const { return mine_; }

private:
    static std::counting_semaphore<hashing_at_once>& turns() {
        static std::counting_semaphore<hashing_at_once> all(hashing_at_once);
        return all;
    }

    bool mine_;
};

// What a login's token may do. Pay and settings are the administrators'.
std::vector<std::string> abilities_of(const std::string& role) {
    if (role == "admin" || role == "owner") {
        return {"*"};
    }
    return {"jobs:read", "imports:read", "reports:read", "reports:run"};
}

Result<std::optional<OrgCode>> org_of_body(const Json& body) {
    const auto text = text_field(body, "org");
    if (!text) {
        return std::nullopt;
    }
    auto code = OrgCode::parse(*text);
    if (!code) {
        code.error().field = "org";
        return tl::unexpected<Error>(std::move(code.error()));
    }
    return std::move(*code);
}

// One account under any spelling: the database compares addresses without regard to case.
std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

Result<core_db::Account> check_password(Call& call, const std::string& email) {
    LoginThrottle& throttle = call.services.throttle;
    const std::string& peer = call.request.peer;
    if (!throttle.allows(email, peer)) {
        return fail(ErrorCode::rate_limited, "too many failed logins; wait a quarter of an hour");
    }
    const HashingTurn turn(call.deadline());
    if (!turn.mine()) {
        return fail(ErrorCode::unavailable, "too many logins at one time; try again");
    }
    auto account = core_db::authenticate(
        *call.services.core.acquire(call.deadline()),
        email,
        *text_field(call.body, "password")
    );
    if (account) {
        throttle.succeeded(email, peer);
    } else {
        throttle.failed(email, peer);
    }
    return account;
}

} // namespace

Result<http::Response> login(Call& call) {
    const auto named = org_of_body(call.body);
    if (!named) {
        return tl::unexpected<Error>(named.error());
    }
    const auto tenant = call.services.tenancy.resolve(call.host_org, *named, call.deadline());
    if (!tenant) {
        return tl::unexpected<Error>(tenant.error());
    }
    const auto account = check_password(call, lower(*text_field(call.body, "email")));
    if (!account) {
        return tl::unexpected<Error>(account.error());
    }
    const auto session = call.services.core.acquire(call.deadline());
    const auto role = core_db::role_in(*session, account->id, tenant->org_id);
    if (!role) {
        return tl::unexpected<Error>(wrong);
    }
    const std::int64_t days =
        integer_field(call.body, "days").value_or(call.services.config.security.token_days);
    const auto abilities = abilities_of(*role);
    const auto token = core_db::create_access_token(
        *session,
        {tenant->org_id,
         account->id,
         text_field(call.body, "name").value_or("login"),
         abilities,
         days}
    );
    if (!token) {
        return tl::unexpected<Error>(token.error());
    }
    return http::with_header(
        http::json_response(
            200,
            {{"token", token->text},
             {"expires_in_days", days},
             {"abilities", abilities},
             {"org", tenant->code.str()},
             {"account", {{"email", account->email}, {"name", account->name}, {"role", *role}}}}
        ),
        "Cache-Control",
        "no-store"
    );
}

Result<http::Response> logout(Call& call) {
    const auto revoked = core_db::revoke_access_token(
        *call.services.core.acquire(call.deadline()),
        call.token->org_id,
        call.token->id
    );
    call.services.authentication.forget(bearer_token(call.request.headers.find("Authorization")));
    if (!revoked) {
        return tl::unexpected<Error>(revoked.error());
    }
    return http::no_content();
}

Result<http::Response> me(Call& call) {
    return http::json_response(
        200,
        {{"email", call.token->email},
         {"org", {{"code", call.tenant->code.str()}, {"name", call.tenant->name}}},
         {"modules", call.tenant->modules},
         {"token",
          {{"id", call.token->id},
           {"name", call.token->name},
           {"abilities", call.token->abilities},
           {"expires_at", call.token->expires_at}}}}
    );
}

} // namespace bgerp::server
