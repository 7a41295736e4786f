#include "core_db/account.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/mysql/error.hpp"

namespace bgerp::core_db {

namespace {

constexpr std::size_t password_length_min = 10;
constexpr std::size_t password_length_max = 1024; // what is hashed must not be of any length

constexpr const char* columns =
    "a.id, a.email, a.name, a.state = 'active', a.password_hash IS NOT NULL, "
    "DATE_FORMAT(a.created_at, '%Y-%m-%dT%H:%i:%sZ')";

Account read(const mysql::Row& row) {
    return {
        row.u64(0),
        row.text(1),
        row.text(2),
        row.i64(3) != 0,
        row.i64(4) != 0,
        row.text(5),
        {}};
}

Result<void> check_email(const std::string& email) {
    const auto at = email.find('@');
    const bool one_at = at != std::string::npos && email.find('@', at + 1) == std::string::npos;
    const bool plain = email.find_first_of(" \t\r\n\"<>(),;:\\") == std::string::npos;
    constexpr std::size_t length_max = 254; // RFC 5321, erratum 1690
    if (!one_at || !plain || at == 0 || at + 1 == email.size() || email.size() > length_max) {
        return fail(ErrorCode::invalid_argument, "this is not an e-mail address", "email");
    }
    return {};
}

Result<void> check_password(const std::string& password) {
    if (password.size() < password_length_min || password.size() > password_length_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a password has at least " + std::to_string(password_length_min) + " and at most " +
                std::to_string(password_length_max) + " characters",
            "password"
        );
    }
    return {};
}

tl::unexpected<Error> no_account() {
    return fail(ErrorCode::not_found, "no account with this address", "email");
}

/// Compared with when there is no account, so that its absence can't be told by the time taken.
const std::string& nobodys_hash() {
    static const std::string hash = hash_password(random_hex(16));
    return hash;
}

} // namespace

Result<std::uint64_t> create_account(
    mysql::Session& session,
    const std::string& email,
    const std::string& name,
    const std::optional<std::string>& password
) {
    auto checked = check_email(email);
    if (checked && password) {
        checked = check_password(*password);
    }
    if (!checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    const std::optional<std::string> hash =
        password ? std::optional(hash_password(*password)) : std::nullopt;
    const std::uint64_t inserted = session.execute(
        "INSERT INTO account (email, name, password_hash, password_changed_at) "
        "SELECT ?, ?, ?, UTC_TIMESTAMP(6) FROM DUAL "
        "WHERE NOT EXISTS (SELECT 1 FROM account WHERE email = ?)",
        {email, name, hash, email}
    );
    if (inserted == 0) {
        return fail(ErrorCode::conflict, "an account with this address exists", "email");
    }
    return session.last_insert_id();
}

std::optional<Account> find_account(mysql::Session& session, const std::string& email) {
    const std::string sql = std::string("SELECT ") + columns + " FROM account a WHERE a.email = ?";
    return session.query_one(sql, {email}, read);
}

std::vector<Account> list_accounts(mysql::Session& session, std::uint64_t org_id) {
    std::vector<Account> all;
    session.query(
        std::string("SELECT ") + columns +
            ", m.role FROM account_org m JOIN account a ON a.id = m.account_id "
            "WHERE m.org_id = ? ORDER BY a.email",
        {org_id},
        [&](const mysql::Row& row) {
            all.push_back(read(row));
            all.back().role = row.text(6);
        }
    );
    return all;
}

Result<Account>
authenticate(mysql::Session& session, const std::string& email, const std::string& password) {
    const auto hash = session.query_one(
        "SELECT password_hash FROM account WHERE email = ? AND state = 'active'",
        {email},
        [](const mysql::Row& row) { return row.optional_text(0); }
    );
    const std::string stored = hash.value_or(std::nullopt).value_or(nobodys_hash());
    const bool fits = password.size() <= password_length_max && verify_password(stored, password);
    auto account = fits ? find_account(session, email) : std::nullopt;
    if (!account) {
        return fail(ErrorCode::unauthorized, "the address or the password is wrong");
    }
    session.execute(
        "UPDATE account SET last_login_at = UTC_TIMESTAMP(6) WHERE id = ?",
        {account->id}
    );
    return std::move(*account);
}

Result<void>
set_password(mysql::Session& session, const std::string& email, const std::string& password) {
    if (auto checked = check_password(password); !checked) {
        return checked;
    }
    const std::uint64_t found = session.execute(
        "UPDATE account SET password_hash = ?, password_changed_at = UTC_TIMESTAMP(6) "
        "WHERE email = ?",
        {hash_password(password), email}
    );
    if (found == 0) {
        return no_account();
    }
    return {};
}

Result<void> set_account_active(mysql::Session& session, const std::string& email, bool active) {
    const std::uint64_t found = session.execute(
        "UPDATE account SET state = ? WHERE email = ?",
        {active ? "active" : "disabled", email}
    );
    if (found == 0) {
        return no_account();
    }
    return {};
}

void join_organization(
    mysql::Session& session, std::uint64_t account_id, std::uint64_t org_id, const std::string& role
) {
    session.execute(
        "INSERT INTO account_org (account_id, org_id, role) VALUES (?, ?, ?) "
        "ON DUPLICATE KEY UPDATE role = VALUES(role)",
        {account_id, org_id, role}
    );
}

std::optional<std::string>
role_in(mysql::Session& session, std::uint64_t account_id, std::uint64_t org_id) {
    return session.query_one(
        "SELECT role FROM account_org WHERE account_id = ? AND org_id = ?",
        {account_id, org_id},
        [](const mysql::Row& row) { return row.text(0); }
    );
}

std::string random_password() {
    constexpr std::size_t bytes = 12; // 96 bits
    return random_hex(bytes);
}

} // namespace bgerp::core_db
