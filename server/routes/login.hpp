// Logging in and out: a password becomes an access token, shown once. Blocking; checking a password
// takes about 50 ms and 64 MiB, so only a few are checked at one time.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array login_fields{
    Field{"email", FieldType::text, true, 3, 254},
    Field{"password", FieldType::text, true, 1, 1024},
    Field{"org", FieldType::text, false, 2, 41},
    Field{"name", FieldType::text, false, 0, 190},
    Field{"days", FieldType::integer, false, 1, 3650},
};

/// POST /login → {"token","expires_in_days","abilities","org","account"}. unauthorized for a wrong
/// password, address or membership alike; rate_limited after too many.
[[nodiscard]] Result<http::Response> login(Call& call);

/// POST /logout: revokes the token it was asked with.
[[nodiscard]] Result<http::Response> logout(Call& call);

/// GET /me: the token's account, organization and abilities.
[[nodiscard]] Result<http::Response> me(Call& call);

} // namespace bgerp::server
