// Access tokens: what a program shows instead of a password. A token belongs to one account in one
// organization and allows some of what the account may. It has 256 random bits, is shown once, and
// only its SHA-256 is kept (a plain hash is enough: nobody guesses 256 bits). Blocking; everything
// throws mysql::DatabaseError.
#pragma once

#include "base/error.hpp"
#include "base/mysql/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::core_db {

struct AccessToken {
    std::uint64_t id = 0;
    std::uint64_t org_id = 0;
    std::string org_code;
    std::uint64_t account_id = 0;
    std::string email;
    std::string name;
    std::vector<std::string> abilities; // "*" is all
    std::string created_at;
    std::string expires_at;
    std::optional<std::string> last_used_at;
    std::optional<std::string> revoked_at;

    /// Whether the token allows `ability`: by name, by "*", or by "jobs:*" for "jobs:push".
    [[nodiscard]] bool allows(const std::string& ability) const;
};

struct NewAccessToken {
    std::uint64_t org_id = 0;
    std::uint64_t account_id = 0;
    std::string name;
    std::vector<std::string> abilities;
    std::int64_t days = 90;
};

struct CreatedAccessToken {
    std::uint64_t id = 0;
    std::string text; // not kept anywhere
};

/// forbidden when the account isn't a member of the organization; invalid_argument without
/// abilities or for a name of one that isn't lower-case letters, digits and _-.:* .
[[nodiscard]] Result<CreatedAccessToken>
create_access_token(mysql::Session& session, const NewAccessToken& token);

/// The token with this text if it is good now: not expired, not revoked, its account active and
/// still a member. Notes the use, at most once a minute.
[[nodiscard]] std::optional<AccessToken>
use_access_token(mysql::Session& session, const std::string& text);

/// All tokens of an organization, newest first.
[[nodiscard]] std::vector<AccessToken>
list_access_tokens(mysql::Session& session, std::uint64_t org_id);

/// Revoking twice is fine. not_found when the organization has no such token.
[[nodiscard]] Result<void>
revoke_access_token(mysql::Session& session, std::uint64_t org_id, std::uint64_t token_id);

} // namespace bgerp::core_db
