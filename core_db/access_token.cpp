#include "core_db/access_token.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"

#include <algorithm>

namespace bgerp::core_db {

namespace {

constexpr std::size_t token_bytes = 32;
// Lets scanners of source code recognise a token that leaked.
constexpr const char* token_prefix = "bgerp_";
constexpr std::size_t abilities_max = 64;

constexpr const char* select =
    "SELECT t.id, t.org_id, o.code, t.account_id, a.email, t.name, CAST(t.abilities AS CHAR), "
    "DATE_FORMAT(t.created_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "DATE_FORMAT(t.expires_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "DATE_FORMAT(t.last_used_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "DATE_FORMAT(t.revoked_at, '%Y-%m-%dT%H:%i:%sZ') "
    "FROM access_token t JOIN organization o ON o.id = t.org_id "
    "JOIN account a ON a.id = t.account_id ";

AccessToken read(const mysql::Row& row) {
    AccessToken token;
    token.id = row.u64(0);
    token.org_id = row.u64(1);
    token.org_code = row.text(2);
    token.account_id = row.u64(3);
    token.email = row.text(4);
    token.name = row.text(5);
    token.abilities = value_or_throw(parse_json(row.text(6))).get<std::vector<std::string>>();
    token.created_at = row.text(7);
    token.expires_at = row.text(8);
    token.last_used_at = row.optional_text(9);
    token.revoked_at = row.optional_text(10);
    return token;
}

bool is_ability(const std::string& name) {
    constexpr std::size_t length_max = 64;
    return !name.empty() && name.size() <= length_max &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.:*") == std::string::npos;
}

} // namespace

bool AccessToken::allows(const std::string& ability) const {
    return std::any_of(abilities.begin(), abilities.end(), [&](const std::string& own) {
        const bool is_group = own.size() > 2 && own.compare(own.size() - 2, 2, ":*") == 0;
        return own == "*" || own == ability ||
               (is_group && ability.compare(0, own.size() - 1, own, 0, own.size() - 1) == 0);
    });
}

Result<CreatedAccessToken>
create_access_token(mysql::Session& session, const NewAccessToken& token) {
    const bool abilities_fit =
        !token.abilities.empty() && token.abilities.size() <= abilities_max &&
        std::all_of(token.abilities.begin(), token.abilities.end(), is_ability);
    if (!abilities_fit) {
        return fail(
            ErrorCode::invalid_argument,
            "a token needs 1 to 64 abilities, each of lower-case letters, digits and _-.:*",
            "abilities"
        );
    }
    const std::string text = token_prefix + random_hex(token_bytes);
    const std::uint64_t inserted = session.execute(
        "INSERT INTO access_token (org_id, account_id, name, token_hash, abilities, expires_at) "
        "SELECT org_id, account_id, ?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL ? DAY FROM account_org "
        "WHERE account_id = ? AND org_id = ?",
        {token.name,
         sha256_hex(text),
         to_text(Json(token.abilities)),
         token.days,
         token.account_id,
         token.org_id}
    );
    if (inserted == 0) {
        return fail(
            ErrorCode::forbidden,
            "the account is not a member of this organization",
            "account"
        );
    }
    return CreatedAccessToken{session.last_insert_id(), text};
}

std::optional<AccessToken> use_access_token(mysql::Session& session, const std::string& text) {
    auto token = session.query_one(
        std::string(select) +
            "JOIN account_org m ON m.account_id = t.account_id AND m.org_id = t.org_id "
            "WHERE t.token_hash = ? AND t.revoked_at IS NULL AND t.expires_at > UTC_TIMESTAMP(6) "
            "AND a.state = 'active'",
        {sha256_hex(text)},
        read
    );
    if (token) {
        session.execute(
            "UPDATE access_token SET last_used_at = UTC_TIMESTAMP(6) WHERE id = ? AND "
            "(last_used_at IS NULL OR last_used_at < UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)",
            {token->id}
        );
    }
    return token;
}

std::vector<AccessToken> list_access_tokens(mysql::Session& session, std::uint64_t org_id) {
    std::vector<AccessToken> all;
    session.query(
        std::string(select) + "WHERE t.org_id = ? ORDER BY t.id DESC",
        {org_id},
        [&](const mysql::Row& row) { all.push_back(read(row)); }
    );
    return all;
}

Result<void>
revoke_access_token(mysql::Session& session, std::uint64_t org_id, std::uint64_t token_id) {
    const std::uint64_t found = session.execute(
        "UPDATE access_token SET revoked_at = COALESCE(revoked_at, UTC_TIMESTAMP(6)) "
        "WHERE id = ? AND org_id = ?",
        {token_id, org_id}
    );
    if (found == 0) {
        return fail(ErrorCode::not_found, "no such token", "token");
    }
    return {};
}

} // namespace bgerp::core_db
