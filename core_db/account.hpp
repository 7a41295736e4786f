// People who may log in, and the organizations they belong to. One account serves several
// organizations, with a role in each. Passwords are kept as argon2id hashes. Blocking (hashing
// takes about 50 ms); everything throws mysql::DatabaseError.
#pragma once

#include "base/error.hpp"
#include "base/mysql/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::core_db {

struct Account {
    std::uint64_t id = 0;
    std::string email;
    std::string name;
    bool active = true;
    bool has_password = false;
    std::string created_at;
    std::string role; // in the organization asked for; empty otherwise
};

/// Creates an account; without a password nobody can log in until one is set. conflict when the
/// address is taken, invalid_argument when it isn't one or the password is too short.
[[nodiscard]] Result<std::uint64_t> create_account(
    mysql::Session& session,
    const std::string& email,
    const std::string& name,
    const std::optional<std::string>& password
);

[[nodiscard]] std::optional<Account>
find_account(mysql::Session& session, const std::string& email);

/// Members of one organization, by address.
[[nodiscard]] std::vector<Account> list_accounts(mysql::Session& session, std::uint64_t org_id);

/// The account of this address and password. unauthorized otherwise, in the same time and words
/// whether the address, the password or the account's state is to blame.
[[nodiscard]] Result<Account>
authenticate(mysql::Session& session, const std::string& email, const std::string& password);

/// not_found without such an account; invalid_argument when the password is too short.
[[nodiscard]] Result<void>
set_password(mysql::Session& session, const std::string& email, const std::string& password);

/// A disabled account can't log in and its tokens are refused. not_found.
[[nodiscard]] Result<void>
set_account_active(mysql::Session& session, const std::string& email, bool active);

/// Makes the account a member, or changes its role if it is one.
void join_organization(
    mysql::Session& session, std::uint64_t account_id, std::uint64_t org_id, const std::string& role
);

/// The role of a member, or nothing.
[[nodiscard]] std::optional<std::string>
role_in(mysql::Session& session, std::uint64_t account_id, std::uint64_t org_id);

/// A password that nobody can guess, for accounts made without one: shown once.
[[nodiscard]] std::string random_password();

} // namespace bgerp::core_db
